import { goodPod } from '../pods.ts';
import { alsoInEveryPosition, containerWith, type Examples, inEveryPosition, passing, secured, specWith } from './example.ts';

const FAULT = 'seccomp-unfiltered securityContext.seccompProfile.type';

export const seccomp: Examples = {
  pass: {
    'said-by-the-container': passing({}),
    'said-by-the-pod': { pod: goodPod({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } }, containers: [containerWith(secured({ seccompProfile: undefined }))] }) },
    'profile-of-the-node': passing(secured({ seccompProfile: { type: 'Localhost', localhostProfile: 'agent.json' } })),
  },
  fail: {
    ...inEveryPosition('unconfined', secured({ seccompProfile: { type: 'Unconfined' } }), FAULT),
    ...alsoInEveryPosition('without-a-type', secured({ seccompProfile: {} }), FAULT),
    ...alsoInEveryPosition('absent', secured({ seccompProfile: undefined }), 'seccomp-missing securityContext.seccompProfile.type'),
    'unconfined-for-the-pod': specWith({ securityContext: { seccompProfile: { type: 'Unconfined' } } }, 'seccomp-unfiltered spec.securityContext.seccompProfile.type'),
  },
};
