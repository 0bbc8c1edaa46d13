import { expect, test } from 'vitest';
import { goodPod, podSecuredBy, told } from './pods.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/app';
const annotated = (value: string) => ({ ...goodPod(), metadata: { annotations: { [ANNOTATION]: value } } });

test.each([
  ['unconfined', podSecuredBy({ appArmorProfile: { type: 'Unconfined' } }), ['app-armor spec.containers[0].securityContext.appArmorProfile.type']],
  ['unconfined for the whole pod', goodPod({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }), ['app-armor spec.securityContext.appArmorProfile.type']],
  ['a profile without a type', podSecuredBy({ appArmorProfile: {} }), ['app-armor spec.containers[0].securityContext.appArmorProfile.type']],
  ['unconfined by annotation', annotated('unconfined'), [`app-armor metadata.annotations["${ANNOTATION}"]`]],
  ['the runtime\'s own by annotation', annotated('runtime/default'), []],
  ['a profile of the node by annotation', annotated('localhost/agent'), []],
  ['the runtime\'s own', podSecuredBy({ appArmorProfile: { type: 'RuntimeDefault' } }), []],
])('%s', (_sentence, pod, faults) => {
  expect(told('app-armor', pod)).toEqual(faults);
});
