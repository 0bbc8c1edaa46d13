import { type Examples, inEveryPosition, passing, secured } from './example.ts';

export const procMount: Examples = {
  pass: { absent: passing({}), default: passing(secured({ procMount: 'Default' })) },
  fail: inEveryPosition('unmasked', secured({ procMount: 'Unmasked' }), 'proc-unmasked securityContext.procMount'),
};
