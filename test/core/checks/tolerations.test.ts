import { expect, test } from 'vitest';
import { faultsOf, goodPod, told } from './pods.ts';

const AT = 'spec.tolerations[0]';

test.each([
  ['every taint', { operator: 'Exists' }, [`tolerates-everything ${AT}`]],
  ['every taint of one effect', { operator: 'Exists', effect: 'NoExecute' }, [`tolerates-everything ${AT}`]],
  ['every taint, with an empty key', { key: '', operator: 'Exists' }, [`tolerates-everything ${AT}`]],
  ['the control plane\'s', { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }, [`tolerates-control-plane ${AT}`]],
  ['the control plane\'s former one', { key: 'node-role.kubernetes.io/master', value: '' }, [`tolerates-control-plane ${AT}`]],
  ['what only advises', { operator: 'Exists', effect: 'PreferNoSchedule' }, []],
  ['what is for agents', { key: 'agents.example.com/sandbox', operator: 'Exists' }, []],
  ['what the API server adds', { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }, []],
])('tolerating %s', (_sentence, toleration, faults) => {
  expect(told('tolerations', goodPod({ tolerations: [toleration] }))).toEqual(faults);
});

const tolerating = (key?: string) => faultsOf(goodPod({ tolerations: [{ ...(key !== undefined && { key }), operator: 'Exists' }] })).map(({ message, fix }) => `${message}: ${fix}`);

test('what is tolerated is told, and what to do', () => {
  expect(tolerating()).toEqual(['the pod tolerates every taint, that of the control plane too: name the keys that it has to tolerate']);
  expect(tolerating('node-role.kubernetes.io/master')).toEqual(['the pod tolerates taint "node-role.kubernetes.io/master": remove it; run agents on nodes of their own']);
});
