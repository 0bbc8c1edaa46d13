import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test('an end after the profile\'s is a fault', () => {
  expect(told('lifetime', goodPod({ activeDeadlineSeconds: 24 * 3600 + 1 }))).toEqual(['lifetime-too-long spec.activeDeadlineSeconds']);
  expect(told('lifetime', goodPod({ activeDeadlineSeconds: 24 * 3600 }))).toEqual([]);
});
