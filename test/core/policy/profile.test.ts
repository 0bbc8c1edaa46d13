import { describe, expect, test } from 'vitest';
import { parseObjects, parsePolicies } from '../../../src/core/policy/parse.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';

const { isolated, contained } = BUILT_IN_PROFILES;

describe('the built-in profiles', () => {
  test.each(Object.entries(BUILT_IN_PROFILES))('%s reads as itself', (name, profile) => {
    expect(parseObjects([profile], name)).toEqual({ policies: [], profiles: [profile], exemptions: [], problems: [] });
    expect(profile.metadata.name).toBe(name);
  });

  test('isolated wants a runtime class and at most eight hours, contained neither, and at most a day', () => {
    expect([isolated.spec.runtimeClassNames.required, isolated.spec.maxLifetimeSeconds]).toEqual([true, 28_800]);
    expect([contained.spec.runtimeClassNames.required, contained.spec.maxLifetimeSeconds]).toEqual([false, 86_400]);
  });
});

test('both built-in profiles give an ending pod five minutes', () => {
  expect([isolated.spec.maxTerminationGraceSeconds, contained.spec.maxTerminationGraceSeconds]).toEqual([300, 300]);
});

test('what a profile leaves out is as in isolated', () => {
  const text = 'apiVersion: sallyport.dev/v1alpha1\nkind: SandboxProfile\nmetadata: {name: a}\nspec: {limits: {cpu: "1"}, runtimeClassNames: {allowed: []}}\n';
  expect(parsePolicies([{ file: 'a', text }]).profiles[0]?.spec).toEqual({
    ...isolated.spec,
    limits: { ...isolated.spec.limits, cpu: '1' },
    runtimeClassNames: { ...isolated.spec.runtimeClassNames, allowed: [] },
  });
});

function problemsOf(spec: object): string[] {
  const text = JSON.stringify({ apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', metadata: { name: 'a' }, spec });
  return parsePolicies([{ file: 'a', text }]).problems.map(({ path }) => path);
}

describe('a member of a profile', () => {
  const template = { group: 'ray.io', version: 'v1', kind: 'RayJob', resource: 'rayjobs', path: 'spec.rayClusterSpec.workerGroupSpecs[*].template' };

  test.each([
    ['a version of the standard', { podSecurity: { version: 'v1.28' } }],
    ['a registry with a port and a path', { images: { registries: ['registry.example.com:5000/agents/base', 'docker.io'], digest: false } }],
    ['devices by name', { limits: { gpus: 8, extended: [{ name: 'vendor.example/nic', most: '2' }, { name: 'hugepages-2Mi', most: '1Gi' }], resourceClaims: 1 } }],
    ['templates of other kinds, in lists too', { templates: [template, { ...template, path: 'spec.template' }] }],
    ['a check that is for the audit log alone', { auditOnly: ['provider-keys'] }],
    ['what becomes of who names no end and of who has no sidecar', { lifetimeUnset: 'deny', onUnproven: 'evict', exec: 'hold' }],
  ])('may be %s', (_sentence, spec) => {
    expect(problemsOf(spec)).toEqual([]);
  });

  test.each([
    ['a version that there is not', { podSecurity: { version: 'v1.27' } }, 'spec.podSecurity.version'],
    ['a registry with a scheme', { images: { registries: ['https://registry.example.com'] } }, 'spec.images.registries[0]'],
    ['a registry with a tag', { images: { registries: ['registry.example.com/agent:latest'] } }, 'spec.images.registries[0]'],
    ['a pattern of registries', { images: { registries: ['*.example.com'] } }, 'spec.images.registries[0]'],
    ['a resource that is none of devices', { limits: { extended: [{ name: 'cpu', most: '2' }] } }, 'spec.limits.extended[0].name'],
    ['an amount below nothing', { limits: { gpus: -1 } }, 'spec.limits.gpus'],
    ['a path from the root', { templates: [{ ...template, path: '/spec/template' }] }, 'spec.templates[0].path'],
    ['a path to one of a list', { templates: [{ ...template, path: 'spec.items[0].template' }] }, 'spec.templates[0].path'],
    ['a check that is essential', { auditOnly: ['sidecar-intact'] }, 'spec.auditOnly[0]'],
    ['an answer that there is not', { exec: 'ask' }, 'spec.exec'],
  ])('is never %s', (_sentence, spec, path) => {
    expect(problemsOf(spec)).toEqual([path]);
  });
});
