import { expect, test } from 'vitest';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { CONTAINED, faultsOf, goodContainer, goodPod, podWith, told } from './pods.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const AT = 'spec.containers[0].image';
const from = (...registries: string[]) => ({ profile: { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: [], images: { digest: true, registries } } } });
const of = (image: string | undefined) => podWith({ image });

test.each([
  ['no image', of(undefined), [`image-malformed ${AT}`]],
  ['a name that is none', of('https://registry.example.com/agent'), [`image-malformed ${AT}`]],
  ['a tag', of('registry.example.com/agent:1'), [`image-tag ${AT}`]],
  ['neither tag nor digest', of('agent'), [`image-tag ${AT}`]],
  ['a digest', of(`agent@${DIGEST}`), []],
  ['a digest and a tag', of(`agent:1@${DIGEST}`), []],
  ['a tag in an init container', goodPod({ initContainers: [{ ...goodContainer('setup'), image: 'agent:1' }] }), ['image-tag spec.initContainers[3].image']],
  ['a tag in an image volume', goodPod({ volumes: [{ name: 'model', image: { reference: 'model:1' } }] }), ['image-tag spec.volumes[0].image.reference']],
])('%s', (_sentence, pod, faults) => {
  expect(told('image-source', pod)).toEqual(faults);
});

test.each([
  ['the registry', ['registry.example.com'], 'registry.example.com/team/agent', []],
  ['a path below the registry', ['registry.example.com/team'], 'registry.example.com/team/agent', []],
  ['the repository itself', ['registry.example.com/team/agent'], 'registry.example.com/team/agent', []],
  ['another path', ['registry.example.com/team'], 'registry.example.com/teams/agent', [`image-registry ${AT}`]],
  ['a longer host', ['registry.example.com'], 'registry.example.com.evil.example/agent', [`image-registry ${AT}`]],
  ['another port', ['registry.example.com'], 'registry.example.com:5000/agent', [`image-registry ${AT}`]],
  ['the same host in other letters', ['registry.example.com'], 'REGISTRY.example.com/agent', []],
  ['no host, which is docker.io', ['docker.io/library'], 'busybox', []],
  ['no host, where docker.io is not listed', ['registry.example.com'], 'registry/agent', [`image-registry ${AT}`]],
  ['an empty list, which allows nothing', [], 'registry.example.com/agent', [`image-registry ${AT}`]],
])('an image of %s', (_sentence, registries, image, faults) => {
  expect(told('image-source', of(`${image}@${DIGEST}`), from(...registries))).toEqual(faults);
});

const fixes = (...registries: string[]) => faultsOf(of(`busybox@${DIGEST}`), from(...registries)).map(({ fix }) => fix);

test('is told where images may come from', () => {
  expect(fixes('registry.example.com', 'ghcr.example/agents')).toEqual(['use an image of registry.example.com, ghcr.example/agents']);
  expect(fixes()).toEqual(['have the profile list a registry; it lists none']);
});

test('a tag is no fault where the profile wants no digest', () => {
  const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, images: { digest: false } } };
  expect(told('image-source', of('agent:1'), { profile })).toEqual([]);
});

test('the built-in profiles only warn, and never of the sidecar\'s own image', () => {
  for (const profile of Object.values(BUILT_IN_PROFILES)) {
    expect(faultsOf(of('agent:1'), { profile }).filter(({ check }) => check === 'image-source')).toMatchObject([{ field: AT, weight: 'warn' }]);
  }
});
