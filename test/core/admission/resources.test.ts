import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { podPath, resourceLabel, resourceOfKind, RESOURCES, reviewFor } from '../../../src/core/admission/resources.ts';

const asked = (group: string, resource: string, kind: string, of = group) => {
  const [plural = '', subResource] = resource.split('/');
  return { kind: { group: of, version: 'v1', kind }, resource: { group, version: 'v1', resource: plural }, ...(subResource === undefined ? {} : { subResource }) };
};

const JOB_SET = { group: 'jobset.example.com', version: 'v1alpha2', kind: 'JobSet', resource: 'jobsets', path: 'spec.replicatedJobs[*].template.spec.template' };

describe('the table of what is reviewed', () => {
  test('names each resource once', () => {
    const names = RESOURCES.map(({ group, resource }) => `${group}/${resource}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(RESOURCES.map((row) => [row.resource, row] as const))('%s is reviewed as it says, and labelled by its name', (_, { group, resource, kind, kindGroup, review }) => {
    expect(reviewFor(asked(group, resource, kind, kindGroup))).toEqual(review);
    expect(resourceLabel(asked(group, resource, kind, kindGroup))).toBe(resource);
  });

  test.each([
    ['an unknown resource', asked('', 'secrets', 'Secret')],
    ['an unknown subresource', asked('', 'pods/log', 'PodLogOptions')],
    ['the same resource of another group', asked('apps.example.com', 'deployments', 'Deployment')],
    ['an object of another kind', asked('', 'pods', 'Secret')],
    ['an object of another group', asked('', 'pods', 'Pod', 'example.com')],
    ['a kind that no profile lists', asked('jobset.example.com', 'jobsets', 'JobSet')],
  ])('%s is nobody\'s', (_, request) => {
    expect(reviewFor(request)).toBeUndefined();
  });

  test('a kind that a profile lists is a template at its path', () => {
    expect(reviewFor(asked('jobset.example.com', 'jobsets', 'JobSet'), [JOB_SET])).toEqual({ as: 'template', path: ['spec', 'replicatedJobs', '[*]', 'template', 'spec', 'template'], listed: true });
    expect(reviewFor(asked('jobset.example.com', 'jobsets/status', 'JobSet'), [JOB_SET])).toBeUndefined();
  });

  test('no profile changes how what is in the table is reviewed', () => {
    expect(reviewFor(asked('', 'pods', 'Pod'), [{ group: '', version: 'v1', kind: 'Pod', resource: 'pods', path: 'spec.nothing' }])).toEqual({ as: 'pod' });
  });

  test('is told whole on its page', () => {
    const page = readFileSync(new URL('../../../docs/admission.md', import.meta.url), 'utf8');
    const told = RESOURCES.filter(({ review: { as }, group }) => as !== 'own-kind' && group !== 'apps' && group !== 'batch').map(({ resource }) => resource);
    expect(told.filter((resource) => !page.includes(`\`${resource}\``))).toEqual([]);
  });

  test('a label takes no word of a request', () => {
    expect(resourceLabel(asked('', 'pods/x"y', 'Pod'))).toBe('other');
    expect(resourceLabel(asked('jobset.example.com', 'jobsets', 'JobSet'))).toBe('other');
  });

  test('knows where the pods of a kind stand', () => {
    expect(podPath({ group: '', kind: 'Pod' })).toEqual([]);
    expect(podPath({ group: 'agents.x-k8s.io', kind: 'Sandbox' })).toEqual(['spec', 'podTemplate']);
    expect(podPath({ group: '', kind: 'Binding' })).toBeUndefined();
  });

  test('knows where a kind is created', () => {
    expect(resourceOfKind({ group: '', version: 'v1', kind: 'Pod' })).toEqual({ group: '', version: 'v1', resource: 'pods' });
    expect(reviewFor({ ...asked('', '', 'Unheard'), resource: resourceOfKind({ group: '', version: 'v1', kind: 'Unheard' }) })).toBeUndefined();
  });
});
