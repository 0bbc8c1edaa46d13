import { expect, test } from 'vitest';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { CONTAINED, goodPod, read, told } from './pods.ts';

const withVolume = (volume: Record<string, unknown>): Pod => read(goodPod({ volumes: [{ name: 'data', ...volume }] }));
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['a folder of the node', withVolume({ hostPath: { path: '/' } }), ['volume-type spec.volumes[0].hostPath']],
  ['a driver that the profile does not list', withVolume({ csi: { driver: 'secrets.example' } }), ['volume-type spec.volumes[0].csi']],
  ['a type that nobody knows yet', withVolume({ wormhole: {} }), ['volume-type spec.volumes[0].wormhole']],
  ['a projected trust bundle', withVolume({ projected: { sources: [{ configMap: { name: 'a' } }, { clusterTrustBundle: { name: 'b' } }] } }), ['volume-type spec.volumes[0].projected.sources[1].clusterTrustBundle']],
  ['a projected pod certificate', withVolume({ projected: { sources: [{ podCertificate: { signerName: 'example.com/agent' } }] } }), ['volume-type spec.volumes[0].projected.sources[0].podCertificate']],
  ['two types at once', withVolume({ emptyDir: {}, secret: { secretName: 's' } }), ['volume-ambiguous spec.volumes[0]']],
  ['no type at all', withVolume({}), ['volume-ambiguous spec.volumes[0]']],
  ['a scratch folder', withVolume({ emptyDir: {} }), []],
  ['a projected Secret', withVolume({ projected: { sources: [{ secret: { name: 's' } }] } }), []],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('volume-types', pod)).toEqual(faults);
});

test('a profile that lists no Secret refuses the projected one too', () => {
  const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, volumeTypes: ['projected' as const] } };
  const pod = withVolume({ projected: { sources: [{ secret: { name: 's' } }] } });
  expect(told('volume-types', pod, { profile })).toEqual(['volume-type spec.volumes[0].projected.sources[0].secret']);
});

test('a profile that lists nothing allows nothing but the sidecar\'s own', () => {
  const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, volumeTypes: [] } };
  expect(told('volume-types', goodPod(), { profile })).toEqual([]);
  expect(told('volume-types', withVolume({ emptyDir: {} }), { profile })).toEqual(['volume-type spec.volumes[0].emptyDir']);
});
