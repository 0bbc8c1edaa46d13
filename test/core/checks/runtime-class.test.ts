import { expect, test } from 'vitest';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { goodPod, told } from './pods.ts';

const profile = BUILT_IN_PROFILES.isolated;
const AT = 'spec.runtimeClassName';

test.each([
  ['no runtime class', goodPod(), [`runtime-class-missing ${AT}`]],
  ['one that is no sandbox', goodPod({ runtimeClassName: 'runc' }), [`runtime-class-unlisted ${AT}`]],
  ['a sandbox', goodPod({ runtimeClassName: 'gvisor' }), []],
])('%s, where one is required', (_sentence, pod, faults) => {
  expect(told('runtime-class', pod, { profile })).toEqual(faults);
});

test('where none is required anything passes', () => {
  expect(told('runtime-class', goodPod({ runtimeClassName: 'runc' }))).toEqual([]);
});

test('a profile that requires one and lists none allows none', () => {
  const strict = { ...profile, spec: { ...profile.spec, runtimeClassNames: { required: true, allowed: [] } } };
  expect(told('runtime-class', goodPod({ runtimeClassName: 'gvisor' }), { profile: strict })).toEqual([`runtime-class-unlisted ${AT}`]);
});
