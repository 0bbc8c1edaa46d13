import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test('a pod that chooses its node is a fault', () => {
  expect(told('node-name', goodPod({ nodeName: 'node-1' }))).toEqual(['node-name spec.nodeName']);
  expect(told('node-name', goodPod({ nodeName: '' }))).toEqual([]);
});

test('a pod that the scheduler bound is none', () => {
  expect(told('node-name', goodPod({ nodeName: 'node-1' }), { before: goodPod({ nodeName: 'node-1' }) })).toEqual([]);
});
