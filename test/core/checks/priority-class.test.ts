import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test.each([
  ['a class of the cluster\'s own', { priorityClassName: 'system-node-critical', priority: 2_000_001_000 }, ['priority-class spec.priorityClassName']],
  ['the other class of the cluster\'s own', { priorityClassName: 'system-cluster-critical' }, ['priority-class spec.priorityClassName']],
  ['a number that only those classes have', { priority: 2_000_000_000 }, ['priority-class spec.priority']],
  ['a class of somebody\'s', { priorityClassName: 'agents', priority: 999_999_999 }, []],
  ['no class', {}, []],
])('%s', (_sentence, changes, faults) => {
  expect(told('priority-class', goodPod(changes))).toEqual(faults);
});
