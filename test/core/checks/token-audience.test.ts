import { expect, test } from 'vitest';
import type { Pod, Volume } from '../../../src/core/checks/pod.ts';
import { CONTAINED, faultsOf, goodPod, told } from './pods.ts';

const token = (name: string, audience?: string): Volume => ({ name, projected: { sources: [{ serviceAccountToken: { path: 'token', ...(audience !== undefined && { audience }) } }] } });
const withToken = (volume: Volume, automountServiceAccountToken = false): Pod => goodPod({ automountServiceAccountToken, volumes: [volume] });
const soft = { profile: { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: ['service-account-token'] } } };
const FIELD = 'spec.volumes[0].projected.sources[0].serviceAccountToken';

test.each<[string, Pod, string[]]>([
  ['for the controller', withToken(token('mine', 'sallyport')), [`token-for-controller ${FIELD}`]],
  ['for the controller, under the name of what the API server mounts', withToken(token('kube-api-access-x7b2p', 'sallyport'), true), [`token-for-controller ${FIELD}`]],
  ['without an audience', withToken(token('mine')), [`token-for-api-server ${FIELD}`]],
  ['with an empty audience', withToken(token('mine', '')), [`token-for-api-server ${FIELD}`]],
  ['under the name of what the API server mounts, where it mounts nothing', withToken(token('kube-api-access-x7b2p')), [`token-for-api-server ${FIELD}`]],
  ['that the API server mounts, which is another check\'s', withToken(token('kube-api-access-x7b2p'), true), []],
  ['for somebody else, which is another check\'s', withToken(token('mine', 'vault.example')), []],
])('a projected token %s', (_sentence, pod, faults) => {
  expect(told('token-audience', pod, soft)).toEqual(faults);
});

test('a profile that softens tokens does not soften the one that opens the controller, and the token is told once', () => {
  const faults = faultsOf(withToken(token('mine', 'sallyport')), soft);
  expect(faults).toMatchObject([{ check: 'token-audience', reason: 'token-for-controller', weight: 'deny' }]);
  expect(faultsOf(withToken(token('mine', 'vault.example')), soft)).toMatchObject([{ check: 'service-account-token', reason: 'token-projected', weight: 'warn' }]);
});
