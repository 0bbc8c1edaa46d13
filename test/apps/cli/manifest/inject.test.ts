import { describe, expect, test } from 'vitest';
import { injectObject, originalField } from '../../../../src/apps/cli/manifest/inject.ts';
import { subjectOf } from '../../../../src/apps/cli/manifest/subject.ts';
import { goodPod, SETTINGS } from '../../../core/checks/pods.ts';

const subject = (object: object) => subjectOf({ file: 'a.yaml', object: { ...object }, positionOf: () => ({ line: 3, column: 4 }) }, 'lab');

describe('fields of the injected pod', () => {
  const spec = { initContainers: [{ name: 'a' }, { name: 'sallyport-proxy' }, { name: 'b' }] };
  test.each([
    ['spec.initContainers[3].image', 'spec.initContainers[0].image'],
    ['spec.initContainers[4]', 'spec.initContainers[2]'],
    ['spec.initContainers[1].image', 'spec.initContainers[1].image'],
    ['spec.initContainers[9].image', 'spec.initContainers[9].image'],
    ['spec.initContainers', 'spec.initContainers'],
    ['spec.containers[3].image', 'spec.containers[3].image'],
  ])('%s stands in the manifest at %s', (field, original) => {
    expect(originalField(field, { spec }, { path: [] })).toBe(original);
    expect(originalField(`spec.template.${field}`, { spec: { template: { spec } } }, { path: ['spec', 'template'] })).toBe(`spec.template.${original}`);
  });
});

describe('an object', () => {
  test('without pods in it is nobody\'s', () => {
    expect(subject({ apiVersion: 'v1', kind: 'Secret' })).toBeUndefined();
    expect(subject({ apiVersion: 'example.com/v1', kind: 'Deployment' })).toBeUndefined();
    expect(subject({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })).toBeUndefined();
    expect(subject({ apiVersion: 'v1', kind: 'Namespace' })).toBeUndefined();
  });

  test.each([
    ['v1', 'Deployment', 'apps/v1'],
    ['extensions/v1beta1', 'Deployment', 'apps/v1'],
    ['apps/v1', 'CronJob', 'batch/v1'],
    ['apps/v1', 'Pod', 'v1'],
  ])('of apiVersion %s and kind %s is none that the API serves, and says which would be', (apiVersion, kind, right) => {
    expect(() => subject({ apiVersion, kind })).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unfit', message: `a.yaml:3:4: apiVersion: "${apiVersion}" has no kind ${kind} (expected ${right})` }));
  });

  test('of a kind that a profile lists has its pods where the profile says', () => {
    const listed = [{ group: 'batch.example.com', version: 'v1', kind: 'Crew', resource: 'crews', path: 'spec.workers[*].template' }];
    const manifest = { file: 'a.yaml', object: { apiVersion: 'batch.example.com/v1', kind: 'Crew', metadata: { name: 'c' } }, positionOf: () => ({ line: 1, column: 1 }) };
    expect(subjectOf(manifest, 'lab', listed)?.path).toEqual(['spec', 'workers', '[*]', 'template']);
  });

  test('is named by what it says of itself, else by the namespace that was given', () => {
    expect(subject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } })).toEqual({ kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, resource: { group: 'apps', version: 'v1', resource: 'deployments' }, namespace: 'lab', name: 'api', path: ['spec', 'template'] });
    expect(subject({ apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'a-', namespace: 'agents' } })).toMatchObject({ namespace: 'agents', name: 'a-' });
  });

  test('is injected in its namespace, and keeps everything around its pod', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3, template: { metadata: { labels: { a: 'b' } }, spec: goodPod().spec } } };
    const injected = injectObject(object, subject(object)!, SETTINGS) as typeof object;
    expect(injected).toMatchObject({ spec: { replicas: 3, template: { metadata: { labels: { a: 'b' } } } } });
    expect(injected.spec.template.metadata).not.toHaveProperty('namespace');
    expect(JSON.stringify(injected)).toContain('"lab.svc.cluster.local"');
  });

  test('whose pod cannot be read stays as it is', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', spec: { containers: 5 } };
    expect(injectObject(object, subject(object)!, SETTINGS)).toBe(object);
  });
});
