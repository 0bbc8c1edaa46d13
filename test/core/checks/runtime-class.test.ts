import { expect, test } from 'vitest';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { FACTS, faultsOf, goodPod, told } from './pods.ts';

const profile = BUILT_IN_PROFILES.isolated;
const AT = 'spec.runtimeClassName';
const handled = (handler: string | undefined) => ({ ...FACTS, runtimeHandler: () => known(handler) });

test.each([
  ['no runtime class', goodPod(), [`runtime-class-missing ${AT}`]],
  ['one that is no sandbox', goodPod({ runtimeClassName: 'runc' }), [`runtime-class-unlisted ${AT}`]],
  ['a sandbox', goodPod({ runtimeClassName: 'gvisor' }), []],
  ['a sandbox that the cluster has not', goodPod({ runtimeClassName: 'kata' }), [`runtime-class-absent ${AT}`]],
])('%s, where one is required', (_sentence, pod, faults) => {
  expect(told('runtime-class', pod, { profile })).toEqual(faults);
});

test('a sandbox in name only, whose handler is the ordinary runtime, is none', () => {
  const [fault] = faultsOf(goodPod({ runtimeClassName: 'gvisor' }), { profile, facts: handled('runc') });
  expect(fault).toMatchObject({ reason: 'runtime-class-handler', message: 'runtime class "gvisor" runs handler "runc", which is none that the profile counts as a sandbox' });
  const own = { ...profile, spec: { ...profile.spec, runtimeClassNames: { ...profile.spec.runtimeClassNames, handlers: ['firecracker'] } } };
  expect(told('runtime-class', goodPod({ runtimeClassName: 'gvisor' }), { profile: own, facts: handled('firecracker') })).toEqual([]);
});

test('a runtime class of which nothing is known is refused, and says so', () => {
  const facts = { ...FACTS, runtimeHandler: () => unknown<never>('Runtime classes are not listed yet.') };
  expect(faultsOf(goodPod({ runtimeClassName: 'gvisor' }), { profile, facts })).toMatchObject([{ reason: 'runtime-class-unknown', unknown: true, message: 'Runtime classes are not listed yet' }]);
});

test('a running pod is not asked for a runtime class that has gone since', () => {
  const pod = goodPod({ runtimeClassName: 'kata' });
  expect(told('runtime-class', pod, { profile, before: pod })).toEqual([]);
});

test('where none is required anything passes', () => {
  expect(told('runtime-class', goodPod({ runtimeClassName: 'runc' }))).toEqual([]);
});

test('a profile that requires one and lists none allows none', () => {
  const strict = { ...profile, spec: { ...profile.spec, runtimeClassNames: { ...profile.spec.runtimeClassNames, allowed: [] } } };
  const [fault] = faultsOf(goodPod({ runtimeClassName: 'gvisor' }), { profile: strict });
  expect(fault).toMatchObject({ reason: 'runtime-class-unlisted', field: AT, fix: 'have the profile list a runtime class; it lists none' });
});
