import { alsoInEveryPosition, type Examples, inEveryPosition, passing, secured, specWith, withMetadata } from './example.ts';

const NAME = 'container.apparmor.security.beta.kubernetes.io/app';
const annotated = (value: string) => withMetadata({ annotations: { [NAME]: value } });
const FAULT = 'app-armor securityContext.appArmorProfile.type';

export const appArmor: Examples = {
  pass: {
    absent: passing({}),
    'runtimes-own': passing(secured({ appArmorProfile: { type: 'RuntimeDefault' } })),
    'profile-of-the-node': passing(secured({ appArmorProfile: { type: 'Localhost', localhostProfile: 'agent' } })),
    'runtimes-own-by-annotation': { pod: annotated('runtime/default') },
    'profile-of-the-node-by-annotation': { pod: annotated('localhost/agent') },
    'empty-annotation': { pod: annotated('') },
  },
  fail: {
    ...inEveryPosition('unconfined', secured({ appArmorProfile: { type: 'Unconfined' } }), FAULT),
    ...alsoInEveryPosition('without-a-type', secured({ appArmorProfile: {} }), FAULT),
    'unconfined-for-the-pod': specWith({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }, 'app-armor spec.securityContext.appArmorProfile.type'),
    'unconfined-by-annotation': { pod: annotated('unconfined'), faults: [`app-armor metadata.annotations["${NAME}"]`] },
  },
};
