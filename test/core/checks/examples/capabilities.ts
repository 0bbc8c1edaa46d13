import { alsoInEveryPosition, type Examples, inEveryPosition, passing, secured, stricter } from './example.ts';

const KEPT = 'capabilities-kept securityContext.capabilities.drop';
const ADDED = 'capabilities-added securityContext.capabilities.add';

export const capabilities: Examples = {
  pass: {
    'all-dropped': passing({}),
    'all-and-one-by-name-dropped': passing(secured({ capabilities: { drop: ['NET_RAW', 'ALL'] } })),
    'nothing-added': passing(secured({ capabilities: { drop: ['ALL'], add: [] } })),
  },
  fail: {
    ...inEveryPosition('net-admin', secured({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }), ADDED),
    ...stricter(alsoInEveryPosition('net-bind-service', secured({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), ADDED)),
    ...alsoInEveryPosition('absent', secured({ capabilities: undefined }), KEPT),
    ...alsoInEveryPosition('one-dropped', secured({ capabilities: { drop: ['NET_RAW'] } }), KEPT),
    ...alsoInEveryPosition('all-in-small-letters', secured({ capabilities: { drop: ['all'] } }), KEPT),
    ...alsoInEveryPosition('kept-and-added', secured({ capabilities: { add: ['SYS_PTRACE'] } }), KEPT, ADDED),
  },
};
