import { describe, expect, test } from 'vitest';
import { injectObject, originalField } from '../../../../src/apps/cli/manifest/inject.ts';
import { subjectOf } from '../../../../src/apps/cli/manifest/subject.ts';
import { goodPod, SETTINGS } from '../../../core/checks/pods.ts';

const subject = (object: object) => subjectOf({ ...object }, 'lab');

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
    expect(originalField(field, { spec }, [])).toBe(original);
    expect(originalField(`spec.template.${field}`, { spec: { template: { spec } } }, ['spec', 'template'])).toBe(`spec.template.${original}`);
  });
});

describe('an object', () => {
  test('without pods in it is nobody\'s', () => {
    expect(subject({ apiVersion: 'v1', kind: 'Secret' })).toBeUndefined();
    expect(subject({ apiVersion: 'example.com/v1', kind: 'Deployment' })).toBeUndefined();
    expect(subject({ apiVersion: 5, kind: null })).toBeUndefined();
  });

  test('is named by what it says of itself, else by the namespace that was given', () => {
    expect(subject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } })).toEqual({ kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, namespace: 'lab', name: 'api', path: ['spec', 'template'] });
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
