import { alsoInEveryPosition, type Examples, inEveryPosition, passing, secured, specWith } from './example.ts';

const typed = (type: string) => secured({ seLinuxOptions: { type } });
const AT = 'securityContext.seLinuxOptions';

export const seLinux: Examples = {
  pass: {
    absent: passing({}),
    'container-t': passing(typed('container_t')),
    'container-init-t': passing(typed('container_init_t')),
    'container-kvm-t': passing(typed('container_kvm_t')),
    'container-engine-t': passing(typed('container_engine_t')),
    'empty-type-and-a-level': passing(secured({ seLinuxOptions: { type: '', level: 's0:c1,c2' } })),
  },
  fail: {
    ...inEveryPosition('type', typed('spc_t'), `se-linux ${AT}.type`),
    ...alsoInEveryPosition('user', secured({ seLinuxOptions: { user: 'sysadm_u' } }), `se-linux ${AT}.user`),
    ...alsoInEveryPosition('role', secured({ seLinuxOptions: { role: 'sysadm_r' } }), `se-linux ${AT}.role`),
    'type-for-the-pod': specWith({ securityContext: { seLinuxOptions: { type: 'spc_t' } } }, `se-linux spec.${AT}.type`),
    'container-engine-t-before-it-was-allowed': {
      ...passing(typed('container_engine_t')),
      given: { says: 'the profile pins version v1.30 of the standard', profile: { podSecurity: { version: 'v1.30' } } },
      faults: [`se-linux spec.containers[0].${AT}.type`],
    },
  },
};
