import { alsoInEveryPosition, type Examples, inEveryPosition, passing, secured } from './example.ts';

const FAULT = 'privilege-escalation securityContext.allowPrivilegeEscalation';

export const privilegeEscalation: Examples = {
  pass: { 'said-to-be-false': passing({}) },
  fail: {
    ...inEveryPosition('allowed', secured({ allowPrivilegeEscalation: true }), FAULT),
    ...alsoInEveryPosition('absent', secured({ allowPrivilegeEscalation: undefined }), FAULT),
  },
};
