import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test('a shared process namespace is a fault', () => {
  expect(told('process-namespace', goodPod({ shareProcessNamespace: true }))).toEqual(['process-namespace-shared spec.shareProcessNamespace']);
  expect(told('process-namespace', goodPod({ shareProcessNamespace: false }))).toEqual([]);
});
