import { alsoInEveryPosition, type Examples, inEveryPosition, passing } from './example.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const image = (name: string) => ({ image: name });
const given = { says: 'the profile lists registry.example.com/agents', profile: { images: { digest: true, registries: ['registry.example.com/agents'] } } };

export const imageSource: Examples = {
  pass: {
    'by-digest': passing(image(`registry.example.com/agent@${DIGEST}`)),
    'by-tag-and-digest': passing(image(`registry.example.com/agent:1@${DIGEST}`)),
    'of-a-listed-registry': { ...passing(image(`registry.example.com/agents/triage@${DIGEST}`)), given },
    'by-tag-where-that-is-enough': { ...passing(image('registry.example.com/agent:1')), given: { says: 'the profile asks for no digest', profile: { images: { digest: false } } } },
  },
  fail: {
    ...inEveryPosition('by-tag', image('registry.example.com/agent:1'), 'image-tag image'),
    ...alsoInEveryPosition('malformed', image('registry.example.com/Agent'), 'image-malformed image'),
    'of-another-registry': { ...passing(image(`registry.example.com/agents-of-others/triage@${DIGEST}`)), given, faults: ['image-registry spec.containers[0].image'] },
    'of-no-host': { ...passing(image(`agent@${DIGEST}`)), given, faults: ['image-registry spec.containers[0].image'] },
  },
};
