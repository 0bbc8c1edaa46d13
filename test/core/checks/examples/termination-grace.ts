import { alsoInEveryPosition, type Examples, passing, specWith } from './example.ts';

const probe = { httpGet: { port: 80 }, terminationGracePeriodSeconds: 301 };

export const terminationGrace: Examples = {
  pass: { absent: passing({}), 'as-long-as-the-profile-has': { pod: specWith({ terminationGracePeriodSeconds: 300 }).pod } },
  fail: {
    'too-long': specWith({ terminationGracePeriodSeconds: 301 }, 'termination-grace-too-long spec.terminationGracePeriodSeconds'),
    ...alsoInEveryPosition('too-long-after-a-probe', { livenessProbe: probe }, 'termination-grace-too-long livenessProbe.terminationGracePeriodSeconds'),
  },
};
