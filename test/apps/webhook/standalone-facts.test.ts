import { expect, test } from 'vitest';
import { validate } from '../../../src/apps/webhook/gate.ts';
import { standaloneFacts } from '../../../src/apps/webhook/standalone-facts.ts';
import type { PodSpec } from '../../../src/core/checks/pod.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../../src/core/policy/profile.ts';
import { creationOf, derive } from '../../core/admission/requests.ts';
import { goodPod } from '../../core/checks/pods.ts';

const BASE = { image: 'registry.example.com/s:1', imagePullPolicy: 'Always', controllerUrl: 'https://c.example', resolver: '192.0.2.10', clusterDomain: 'cluster.local', probes: [] } as const;

async function told(profile: SandboxProfile, changes: Partial<PodSpec> = {}): Promise<[string, string][]> {
  const facts = standaloneFacts(profile, BASE, () => ({ ca: 'PEM', keys: ['K'] }));
  const { faults } = await validate(creationOf(derive(goodPod(changes))), facts, new AbortController().signal);
  return faults.filter(({ check }) => check === 'network-policy' || check === 'runtime-class').map(({ reason, weight }) => [reason, weight]);
}

test('without a cluster, what only other objects could tell is a warning', async () => {
  expect(await told(BUILT_IN_PROFILES.isolated, { runtimeClassName: 'gvisor' })).toEqual([['network-policy-unknown', 'warn'], ['runtime-class-unknown', 'warn']]);
});

test('and what the pod itself tells is as heavy as ever', async () => {
  expect(await told(BUILT_IN_PROFILES.isolated)).toEqual([['network-policy-unknown', 'warn'], ['runtime-class-missing', 'deny']]);
  expect(await told(BUILT_IN_PROFILES.contained)).toEqual([['network-policy-unknown', 'warn']]);
});
