import { expect, test } from 'vitest';
import { inject } from '../../../src/core/injection/inject.ts';
import { CONTAINED, faultsOf, goodPod, podWith, SETTINGS, told } from './pods.ts';

const FOREVER = 1_000_000_000;
const strict = (seconds: number) => ({ profile: { ...CONTAINED, spec: { ...CONTAINED.spec, maxTerminationGraceSeconds: seconds } } });
const probe = { tcpSocket: { port: 8080 }, terminationGracePeriodSeconds: FOREVER };

test('a pod may run on for as long as the profile says after it is told to end, and no longer', () => {
  expect(told('termination-grace', goodPod({ terminationGracePeriodSeconds: 301 }))).toEqual(['termination-grace-too-long spec.terminationGracePeriodSeconds']);
  expect(told('termination-grace', goodPod({ terminationGracePeriodSeconds: 300 }))).toEqual([]);
});

test.each(['livenessProbe', 'readinessProbe', 'startupProbe'])('a %s gives no more time than the profile does', (name) => {
  const field = `${name}.terminationGracePeriodSeconds`;
  expect(told('termination-grace', podWith({ [name]: probe }))).toEqual([`termination-grace-too-long spec.containers[0].${field}`]);
  expect(told('termination-grace', goodPod({ initContainers: [{ name: 'setup', restartPolicy: 'Always', [name]: probe }] }))).toEqual([`termination-grace-too-long spec.initContainers[3].${field}`]);
  expect(told('termination-grace', podWith({ [name]: { ...probe, terminationGracePeriodSeconds: 300 } }))).toEqual([]);
});

test('a pod that does not say gets thirty seconds from Kubernetes, which may be too many', () => {
  expect(told('termination-grace', goodPod(), strict(30))).toEqual([]);
  expect(faultsOf(goodPod(), strict(29))).toMatchObject([{ message: 'the agent may run on for 30 seconds after it is told to end', fix: 'set terminationGracePeriodSeconds to at most 29' }]);
});

test('injection keeps the pod\'s own value', () => {
  expect(inject(goodPod({ terminationGracePeriodSeconds: 12 }), SETTINGS).spec.terminationGracePeriodSeconds).toBe(12);
});
