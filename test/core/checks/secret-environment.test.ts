import { expect, test } from 'vitest';
import { goodContainer, goodPod, podWith, told } from './pods.ts';

test.each([
  ['one key of a Secret', podWith({ env: [{ name: 'A', value: 'x' }, { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }), ['secret-environment spec.containers[0].env[1].valueFrom.secretKeyRef']],
  ['a Secret whole', podWith({ envFrom: [{ configMapRef: { name: 'c' } }, { secretRef: { name: 's' } }] }), ['secret-environment spec.containers[0].envFrom[1].secretRef']],
  ['a Secret in an init container', goodPod({ initContainers: [{ ...goodContainer('setup'), envFrom: [{ secretRef: { name: 's' } }] }] }), ['secret-environment spec.initContainers[3].envFrom[0].secretRef']],
  ['a ConfigMap', podWith({ envFrom: [{ configMapRef: { name: 'c' } }] }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('secret-environment', pod)).toEqual(faults);
});
