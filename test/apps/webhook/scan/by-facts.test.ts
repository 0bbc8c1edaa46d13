import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../../src/apps/webhook/ports.ts';
import { circumstancesBy } from '../../../../src/apps/webhook/scan/by-facts.ts';
import type { Exemption } from '../../../../src/core/policy/exemption.ts';
import { BUILT_IN_PROFILES } from '../../../../src/core/policy/profile.ts';
import { known, unknown } from '../../../../src/core/terms/fact.ts';
import { CONTAINED, FACTS, SETTINGS } from '../../../core/checks/pods.ts';
import { NO_OBJECTS } from '../no-objects.ts';

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  agents: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' },
  others: { 'sallyport.dev/agents': 'warn', 'sallyport.dev/profile': 'contained' },
};

function circumstances(changes: Partial<Facts> = {}): Promise<ReadonlyMap<string, string>> {
  const facts: Facts = {
    ...NO_OBJECTS,
    namespaceLabels: (name) => Promise.resolve(known(LABELS[name] ?? {})),
    agentNamespaces: () => ['agents', 'others', 'left'],
    profile: () => known(CONTAINED),
    injection: () => known(SETTINGS),
    objects: FACTS,
    missing: () => [],
    ...changes,
  };
  return circumstancesBy(facts, new AbortController().signal);
}

function exemption(namespace: string): Exemption {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name: 'e', namespace: 'sallyport-system', creationTimestamp: '2026-01-09T00:00:00Z' },
    spec: { subject: { namespace, pod: 'triage' }, checks: ['privileged'], reason: 'r', requestedBy: 'jo', expires: '2026-01-11T00:00:00Z' },
  };
}

describe('pods are looked at again', () => {
  test('in the namespaces that take agents, and in those alone', async () => {
    expect([...(await circumstances()).keys()]).toEqual(['agents', 'others']);
    expect(await circumstances()).toEqual(await circumstances());
  });

  test.each<[string, Partial<Facts>]>([
    ['the mode', { namespaceLabels: () => Promise.resolve(known({ ...LABELS['agents'], 'sallyport.dev/agents': 'audit' })) }],
    ['the profile', { profile: () => known(BUILT_IN_PROFILES.isolated) }],
    ['the NetworkPolicies', { objects: { ...FACTS, networkPolicies: () => known([]) } }],
    ['the Exemptions for it', { exemptions: () => known([exemption('agents')]) }],
    ['whether anybody knows them', { exemptions: () => unknown('Nothing was heard for 80 s.') }],
  ])('where %s changed', async (_, changes) => {
    expect((await circumstances(changes)).get('agents')).not.toBe((await circumstances()).get('agents'));
  });

  test('not for an Exemption of another namespace, nor each time that somebody counts for how long nothing was heard', async () => {
    expect((await circumstances({ exemptions: () => known([exemption('others')]) })).get('agents')).toBe((await circumstances()).get('agents'));
    const unheard = (seconds: number) => circumstances({ profile: () => unknown(`Nothing was heard for ${seconds} s.`) });
    expect(await unheard(80)).toEqual(await unheard(82));
  });
});
