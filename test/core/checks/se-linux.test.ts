import { expect, test } from 'vitest';
import { CONTAINED, goodPod, podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext.seLinuxOptions';

test.each([
  ['a type that is no container\'s', podSecuredBy({ seLinuxOptions: { type: 'spc_t' } }), [`se-linux ${AT}.type`]],
  ['a user and a role', podSecuredBy({ seLinuxOptions: { user: 'sysadm_u', role: 'sysadm_r' } }), [`se-linux ${AT}.user`, `se-linux ${AT}.role`]],
  ['a type for the whole pod', goodPod({ securityContext: { seLinuxOptions: { type: 'spc_t' } } }), ['se-linux spec.securityContext.seLinuxOptions.type']],
  ['a container\'s type and a level', podSecuredBy({ seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' } }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('se-linux', pod)).toEqual(faults);
});

test.each([
  ['v1.28', [`se-linux ${AT}.type`]], ['v1.30', [`se-linux ${AT}.type`]], ['v1.31', []], ['v1.36', []], ['latest', []],
] as const)('container_engine_t is a container\'s type since v1.31 of the standard: %s', (version, faults) => {
  const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, podSecurity: { version } } };
  expect(told('se-linux', podSecuredBy({ seLinuxOptions: { type: 'container_engine_t' } }), { profile })).toEqual(faults);
});
