import { type Examples, passing, specWith } from './example.ts';

export const hostAliases: Examples = {
  pass: { absent: passing({}), 'empty-list': { pod: specWith({ hostAliases: [] }).pod }, 'name-without-dots': { pod: specWith({ hostnameOverride: 'triage' }).pod } },
  fail: {
    aliases: specWith({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['api.example.com'] }] }, 'host-aliases spec.hostAliases'),
    'name-of-another-host': specWith({ hostnameOverride: 'api.example.com' }, 'hostname-override spec.hostnameOverride'),
  },
};
