import { expect, test } from 'vitest';
import { goodPod, podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext.seccompProfile.type';

test.each([
  ['unconfined', podSecuredBy({ seccompProfile: { type: 'Unconfined' } }), [`seccomp-missing ${AT}`]],
  ['a profile without a type', podSecuredBy({ seccompProfile: {} }), []],
  ['unconfined for the whole pod, and the container silent', { ...goodPod(), spec: { ...podSecuredBy({ seccompProfile: undefined }).spec, securityContext: { seccompProfile: { type: 'Unconfined' } } } }, [`seccomp-missing ${AT}`]],
  ['a profile of the node', podSecuredBy({ seccompProfile: { type: 'Localhost', localhostProfile: 'agent.json' } }), []],
  ['nothing said, which injection fills in', podSecuredBy({ seccompProfile: undefined }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('seccomp', pod)).toEqual(faults);
});
