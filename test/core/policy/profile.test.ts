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
