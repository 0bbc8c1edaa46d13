import type { Pod } from '../../../../src/core/checks/pod.ts';
import { goodPod } from '../pods.ts';
import { alsoInEveryPosition, containerWith, type Examples, inEveryPosition, passing, secured, specWith, stricter } from './example.ts';

const silent = containerWith(secured({ runAsUser: undefined, runAsNonRoot: undefined }));

export const runAsUser: Examples = {
  pass: {
    'said-by-the-container': passing({}),
    'said-by-the-pod': { pod: goodPod({ securityContext: { runAsUser: 10001, runAsNonRoot: true }, containers: [silent] }) },
    'other-groups': { pod: goodPod({ securityContext: { runAsGroup: 10001, fsGroup: 10001, supplementalGroups: [10002] } }) },
  },
  fail: {
    ...inEveryPosition('root', secured({ runAsUser: 0 }), 'root-user securityContext.runAsUser'),
    ...alsoInEveryPosition('perhaps-root', secured({ runAsNonRoot: undefined }), 'may-run-as-root securityContext.runAsNonRoot'),
    ...alsoInEveryPosition('root-allowed', secured({ runAsNonRoot: false }), 'may-run-as-root securityContext.runAsNonRoot'),
    'root-for-the-pod': specWith({ securityContext: { runAsUser: 0 } }, 'root-user spec.securityContext.runAsUser'),
    'root-allowed-for-the-pod': specWith({ securityContext: { runAsNonRoot: false } }, 'may-run-as-root spec.securityContext.runAsNonRoot'),
    ...stricter({
      ...inEveryPosition('proxy', secured({ runAsUser: 14141 }), 'proxy-user securityContext.runAsUser'),
      ...alsoInEveryPosition('group-of-the-proxy', secured({ runAsGroup: 14141 }), 'proxy-group securityContext.runAsGroup'),
      ...alsoInEveryPosition('user-of-the-image', secured({ runAsUser: undefined }), 'user-not-explicit securityContext.runAsUser'),
      'proxy-for-the-pod': specWith({ securityContext: { runAsUser: 14141 } }, 'proxy-user spec.securityContext.runAsUser'),
      'group-of-the-proxy-for-the-pod': specWith({ securityContext: { runAsGroup: 14141 } }, 'proxy-group spec.securityContext.runAsGroup'),
      'volumes-of-the-proxys-group': specWith({ securityContext: { fsGroup: 14141 } }, 'proxy-group spec.securityContext.fsGroup'),
      'proxys-group-besides': specWith({ securityContext: { supplementalGroups: [10001, 14141] } }, 'proxy-group spec.securityContext.supplementalGroups[1]'),
      'root-in-a-user-namespace': { pod: userNamespace(secured({ runAsUser: 0 })), faults: ['root-user spec.containers[0].securityContext.runAsUser'] },
    }),
  },
};

function userNamespace(changes: Parameters<typeof containerWith>[0]): Pod {
  const pod = goodPod({ containers: [containerWith(changes)] });
  return { ...pod, spec: Object.assign({ hostUsers: false }, pod.spec) };
}
