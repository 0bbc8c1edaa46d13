import { expect, test } from 'vitest';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { goodContainer, goodPod, podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext';
const silent = podSecuredBy({ runAsUser: undefined, runAsNonRoot: undefined }).spec.containers;
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['the user of the proxy', podSecuredBy({ runAsUser: 14141 }), [`proxy-user ${AT}.runAsUser`]],
  ['the group of the proxy', podSecuredBy({ runAsGroup: 14141 }), [`proxy-group ${AT}.runAsGroup`]],
  ['the user of the proxy for the whole pod', goodPod({ securityContext: { runAsUser: 14141 } }), ['proxy-user spec.securityContext.runAsUser']],
  ['the group of the proxy for the whole pod', goodPod({ securityContext: { runAsGroup: 14141 } }), ['proxy-group spec.securityContext.runAsGroup']],
  ['volumes of the group of the proxy', goodPod({ securityContext: { fsGroup: 14141 } }), ['proxy-group spec.securityContext.fsGroup']],
  ['one more group that is the proxy\'s', goodPod({ securityContext: { supplementalGroups: [5, 14141] } }), ['proxy-group spec.securityContext.supplementalGroups[1]']],
  ['root', podSecuredBy({ runAsUser: 0 }), [`root-user ${AT}.runAsUser`]],
  ['root for the whole pod, although no container is', goodPod({ securityContext: { runAsUser: 0 } }), ['root-user spec.securityContext.runAsUser']],
  ['no word of being non-root', podSecuredBy({ runAsNonRoot: undefined }), [`may-run-as-root ${AT}.runAsNonRoot`]],
  ['a container that overrides the pod\'s non-root', { ...goodPod(), spec: { ...podSecuredBy({ runAsNonRoot: false }).spec, securityContext: { runAsNonRoot: true } } }, [`may-run-as-root ${AT}.runAsNonRoot`]],
  ['a pod that may be root, although no container is', goodPod({ securityContext: { runAsNonRoot: false } }), ['may-run-as-root spec.securityContext.runAsNonRoot']],
  ['root in a user namespace of the pod\'s own', { ...goodPod(), spec: { ...podSecuredBy({ runAsUser: 0 }).spec, hostUsers: false } as Pod['spec'] }, [`root-user ${AT}.runAsUser`]],
  ['whatever user the image names', podSecuredBy({ runAsUser: undefined }), [`user-not-explicit ${AT}.runAsUser`]],
  ['everything said for the whole pod', goodPod({ containers: silent, securityContext: { runAsUser: 10001, runAsNonRoot: true } }), []],
  ['the proxy\'s user in a restartable init container', goodPod({ initContainers: [{ ...goodContainer('helper'), restartPolicy: 'Always', securityContext: { ...goodContainer().securityContext, runAsUser: 14141 } }] }), ['proxy-user spec.initContainers[3].securityContext.runAsUser']],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('run-as-user', pod)).toEqual(faults);
});
