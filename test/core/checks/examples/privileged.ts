import { type Examples, inEveryPosition, passing, secured } from './example.ts';

export const privileged: Examples = {
  pass: { absent: passing({}), 'said-to-be-false': passing(secured({ privileged: false })) },
  fail: inEveryPosition('privileged', secured({ privileged: true }), 'privileged securityContext.privileged'),
};
