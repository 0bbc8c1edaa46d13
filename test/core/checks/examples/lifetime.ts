import { type Examples, passing, specWith } from './example.ts';

export const lifetime: Examples = {
  pass: { short: passing({}), 'as-long-as-the-profile-has': { pod: specWith({ activeDeadlineSeconds: 86_400 }).pod } },
  fail: { 'too-long': specWith({ activeDeadlineSeconds: 86_401 }, 'lifetime-too-long spec.activeDeadlineSeconds') },
};
