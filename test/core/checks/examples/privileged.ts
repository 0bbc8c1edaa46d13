import { type Examples, inEveryPosition, passing, secured } from './example.ts';

/** The API server does not take allowPrivilegeEscalation: false beside it. */
const NO_LESS = secured({ privileged: true, allowPrivilegeEscalation: true });

export const privileged: Examples = {
  pass: { absent: passing({}), 'said-to-be-false': passing(secured({ privileged: false })) },
  fail: inEveryPosition('privileged', NO_LESS, 'privileged securityContext.privileged', 'privilege-escalation securityContext.allowPrivilegeEscalation'),
};
