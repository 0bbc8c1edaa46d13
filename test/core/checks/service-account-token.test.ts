import { expect, test } from 'vitest';
import type { Pod, Volume } from '../../../src/core/checks/pod.ts';
import { goodPod, podWith, told } from './pods.ts';

const token = (name: string, audience?: string): Volume => ({ name, projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }, { serviceAccountToken: { path: 'token', ...(audience !== undefined && { audience }) } }] } });
const { automountServiceAccountToken: _, ...silent } = goodPod().spec;
const AUTOMOUNT = 'token-automounted spec.automountServiceAccountToken';
const PROJECTED = 'token-projected spec.volumes[0].projected.sources[1].serviceAccountToken';
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['no word of the token', { spec: silent }, [AUTOMOUNT]],
  ['the token wanted', goodPod({ automountServiceAccountToken: true }), [AUTOMOUNT]],
  ['the token as the API server mounts it: one fault, not two', { spec: { ...silent, volumes: [token('kube-api-access-x7b2p')] } }, [AUTOMOUNT]],
  ['a projected token', goodPod({ volumes: [token('mine', 'vault.example')] }), [PROJECTED]],
  ['a projected token under the API server\'s name', goodPod({ volumes: [token('kube-api-access-x7b2p', 'vault.example')] }), [PROJECTED]],
  ['a projected token that is another check\'s', goodPod({ volumes: [token('mine')] }), []],
  ['the Secret of a token as a volume', goodPod({ volumes: [{ name: 's', secret: { secretName: 'builder-token-x7b2p' } }] }), ['token-secret spec.volumes[0].secret']],
  ['the Secret of a token in a projected volume', goodPod({ volumes: [{ name: 's', projected: { sources: [{ secret: { name: 'builder-token-x7b2p' } }] } }] }), ['token-secret spec.volumes[0].projected.sources[0].secret']],
  ['the Secret of a token in the environment', podWith({ envFrom: [{ secretRef: { name: 'default-token-bcdfg' } }] }), ['token-secret spec.containers[0].envFrom[0].secretRef']],
  ['a Secret that only sounds so', goodPod({ volumes: [{ name: 's', secret: { secretName: 'github-token' } }, { name: 't', secret: { secretName: 'api-token-alpha' } }] }), []],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('service-account-token', pod)).toEqual(faults);
});
