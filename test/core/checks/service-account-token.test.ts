import { expect, test } from 'vitest';
import type { Pod, Volume } from '../../../src/core/checks/pod.ts';
import { goodPod, told } from './pods.ts';

const token = (name: string): Volume => ({ name, projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }, { serviceAccountToken: { path: 'token' } }] } });
const { automountServiceAccountToken: _, ...silent } = goodPod().spec;
const AUTOMOUNT = 'token-automounted spec.automountServiceAccountToken';
const PROJECTED = 'token-projected spec.volumes[0].projected.sources[1].serviceAccountToken';
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['no word of the token', { spec: silent }, [AUTOMOUNT]],
  ['the token wanted', goodPod({ automountServiceAccountToken: true }), [AUTOMOUNT]],
  ['the token as the API server mounts it: one fault, not two', { spec: { ...silent, volumes: [token('kube-api-access-x7b2p')] } }, [AUTOMOUNT]],
  ['a token under the API server\'s name, without automount', goodPod({ volumes: [token('kube-api-access-x7b2p')] }), [PROJECTED]],
  ['a projected token', goodPod({ volumes: [token('mine')] }), [PROJECTED]],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('service-account-token', pod)).toEqual(faults);
});
