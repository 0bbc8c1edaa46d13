import { expect, test } from 'vitest';
import { goodPod, podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext.seLinuxOptions';

test.each([
  ['a type that is no container\'s', podSecuredBy({ seLinuxOptions: { type: 'spc_t' } }), [`se-linux ${AT}.type`]],
  ['a user and a role', podSecuredBy({ seLinuxOptions: { user: 'sysadm_u', role: 'sysadm_r' } }), [`se-linux ${AT}.user`, `se-linux ${AT}.role`]],
  ['a type for the whole pod', goodPod({ securityContext: { seLinuxOptions: { type: 'spc_t' } } }), ['se-linux spec.securityContext.seLinuxOptions.type']],
  ['a container\'s type and a level', podSecuredBy({ seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' } }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('se-linux', pod)).toEqual(faults);
});
