import type { Volume } from '../../../../src/core/checks/pod.ts';
import { type Examples, passing, specWith } from './example.ts';

const volume = (source: object): Volume => ({ name: 'identity', ...source } as Volume);

export const serviceAccountToken: Examples = {
  pass: { 'none-mounted': passing({}), 'secret-of-another-name': { pod: specWith({ volumes: [volume({ secret: { secretName: 'settings' } })] }).pod } },
  fail: {
    automounted: specWith({ automountServiceAccountToken: true }, 'token-automounted spec.automountServiceAccountToken'),
    projected: specWith({ volumes: [volume({ projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault.example' } }] } })] }, 'token-projected spec.volumes[0].projected.sources[0].serviceAccountToken'),
    'in-a-secret': specWith({ volumes: [volume({ secret: { secretName: 'default-token-x7k2z' } })] }, 'token-secret spec.volumes[0].secret'),
  },
};
