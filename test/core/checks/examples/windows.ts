import { alsoInEveryPosition, type Examples, passing, secured, specWith } from './example.ts';

export const windows: Examples = {
  pass: { absent: passing({}), linux: { pod: specWith({ os: { name: 'linux' } }).pod } },
  fail: {
    windows: specWith({ os: { name: 'windows' } }, 'windows spec.os.name'),
    'host-process-of-the-pod': specWith({ hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } } }, 'host-network spec.hostNetwork', 'host-process spec.securityContext.windowsOptions.hostProcess'),
    ...alsoInEveryPosition('host-process', secured({ windowsOptions: { hostProcess: true } }), 'host-process securityContext.windowsOptions.hostProcess'),
  },
};
