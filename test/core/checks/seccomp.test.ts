import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { viewPod } from '../../../src/core/checks/view.ts';
import { CONTAINED, FACTS, goodPod, podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext.seccompProfile.type';

test.each([
  ['unconfined', podSecuredBy({ seccompProfile: { type: 'Unconfined' } }), [`seccomp-unfiltered ${AT}`]],
  ['a profile without a type', podSecuredBy({ seccompProfile: {} }), [`seccomp-unfiltered ${AT}`]],
  ['unconfined for the whole pod, and the container silent', { ...goodPod(), spec: { ...podSecuredBy({ seccompProfile: undefined }).spec, securityContext: { seccompProfile: { type: 'Unconfined' } } } }, ['seccomp-unfiltered spec.securityContext.seccompProfile.type']],
  ['unconfined for the whole pod, although no container is', goodPod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }), ['seccomp-unfiltered spec.securityContext.seccompProfile.type']],
  ['a profile of the node', podSecuredBy({ seccompProfile: { type: 'Localhost', localhostProfile: 'agent.json' } }), []],
  ['nothing said, which injection fills in', podSecuredBy({ seccompProfile: undefined }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('seccomp', pod)).toEqual(faults);
});

test('a container that says nothing is a fault where neither the pod nor injection said it for it', () => {
  const pod = podSecuredBy({ seccompProfile: undefined });
  const check = CHECKS.find(({ id }) => id === 'seccomp');
  expect(check?.review(viewPod(pod), { pod, facts: FACTS, profile: CONTAINED }).map(({ reason, field }) => `${reason} ${field}`)).toEqual([`seccomp-missing ${AT}`]);
});
