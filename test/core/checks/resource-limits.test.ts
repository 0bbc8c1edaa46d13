import { expect, test } from 'vitest';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { goodPod, podWith, told } from './pods.ts';

const AT = 'spec.containers[0].resources.limits';
const limited = (limits: Record<string, unknown>): Pod => podWith({ resources: { limits } });
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['no resources', podWith({ resources: undefined }), [`limit-missing ${AT}.cpu`, `limit-missing ${AT}.memory`, `limit-missing ${AT}.ephemeral-storage`]],
  ['requests without limits', podWith({ resources: { requests: { cpu: '1', memory: '1Gi' } } }), [`limit-missing ${AT}.cpu`, `limit-missing ${AT}.memory`, `limit-missing ${AT}.ephemeral-storage`]],
  ['more than the profile has', limited({ cpu: '8001m', memory: '17Gi', 'ephemeral-storage': '1Ti' }), [`limit-too-high ${AT}.cpu`, `limit-too-high ${AT}.memory`, `limit-too-high ${AT}.ephemeral-storage`]],
  ['exactly what the profile has, in other words', limited({ cpu: 8, memory: '17179869184', 'ephemeral-storage': '32768Mi' }), []],
  ['amounts that are none', limited({ cpu: 'much', memory: '-1Gi', 'ephemeral-storage': '0' }), [`limit-malformed ${AT}.cpu`, `limit-malformed ${AT}.memory`, `limit-malformed ${AT}.ephemeral-storage`]],
  ['limits of the whole pod, which squeeze the sidecar', goodPod({ resources: { limits: { cpu: '1', memory: '64Mi' } } }), ['pod-limit spec.resources.limits.cpu', 'pod-limit spec.resources.limits.memory']],
  ['an ephemeral container, which cannot have any', goodPod({ ephemeralContainers: [{ name: 'debugger' }] }), []],
  ['requests of the whole pod', goodPod({ resources: { requests: { cpu: '1' } } }), []],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('resource-limits', pod)).toEqual(faults);
});
