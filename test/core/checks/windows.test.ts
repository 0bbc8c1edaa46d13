import { expect, test } from 'vitest';
import { goodPod, podSecuredBy, told } from './pods.ts';

test.each([
  ['Windows', goodPod({ os: { name: 'windows' } }), ['windows spec.os.name']],
  ['a system without a name', goodPod({ os: {} }), ['windows spec.os.name']],
  ['Linux', goodPod({ os: { name: 'linux' } }), []],
  ['a container that is a process of the node', podSecuredBy({ windowsOptions: { hostProcess: true } }), ['host-process spec.containers[0].securityContext.windowsOptions.hostProcess']],
  ['a pod that is', goodPod({ securityContext: { windowsOptions: { hostProcess: true } } }), ['host-process spec.securityContext.windowsOptions.hostProcess']],
])('%s', (_sentence, pod, faults) => {
  expect(told('windows', pod)).toEqual(faults);
});
