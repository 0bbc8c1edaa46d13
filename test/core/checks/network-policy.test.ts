import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { NetworkPolicy, ObjectFacts } from '../../../src/core/checks/facts.ts';
import { RELABEL_CHECKS } from '../../../src/core/checks/index.ts';
import { readNetworkPolicy } from '../../../src/core/checks/read-network-policy.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { CONTAINED, FACTS, faultsOf, goodPod, told } from './pods.ts';

const NEEDED = [{ protocol: 'UDP', port: 53 }, { port: 53 }, { port: 80 }, { port: 443 }, { port: 8443 }];

function policy(spec: object): NetworkPolicy {
  const read = readNetworkPolicy({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec });
  if (read === undefined) throw new Error('expected a NetworkPolicy');
  return read;
}

const both = (changes: object): NetworkPolicy => policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...changes });
const out = (...rules: object[]): NetworkPolicy => both({ egress: rules });
const facts = (...policies: NetworkPolicy[]): ObjectFacts => ({ ...FACTS, networkPolicies: (namespace) => known(namespace === 'agents' ? policies : []) });
const reasons = (...policies: NetworkPolicy[]): string[] => told('network-policy', goodPod(), { facts: facts(...policies) }).map((one) => one.replace(/ metadata\.labels$/, ''));
const labelled = (labels: Record<string, string>) => ({ ...goodPod(), metadata: { name: 'triage', namespace: 'agents', labels } });

const CASES: readonly [sentence: string, policies: NetworkPolicy[], reasons: string[]][] = [
  ['no policy at all', [], ['network-policy-missing']],
  ['policies that select other pods', [policy({ podSelector: { matchLabels: { app: 'other' } }, policyTypes: ['Ingress', 'Egress'] })], ['network-policy-missing']],
  ['nothing let in and nothing let out', [both({})], []],
  ['what the sidecar needs', [out({ ports: NEEDED })], []],
  ['what the sidecar needs, to named peers', [out({ to: [{ namespaceSelector: {} }], ports: NEEDED })], []],
  ['only ingress, because the policy does not say', [policy({ podSelector: {} })], ['network-policy-no-egress']],
  ['egress, because the policy has rules of it and does not say', [policy({ podSelector: {}, egress: [{ ports: NEEDED }] })], []],
  ['only egress', [policy({ podSelector: {}, policyTypes: ['Egress'] })], ['network-policy-no-ingress']],
  ['each direction by a policy of its own', [policy({ podSelector: {}, policyTypes: ['Egress'] }), policy({ podSelector: {}, policyTypes: ['Ingress'] })], []],
  ['egress to everybody on every port', [out({})], ['network-policy-egress-open']],
  ['egress to every address on every port', [out({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] })], ['network-policy-egress-open']],
  ['egress to every IPv6 address beside a peer', [out({ to: [{ podSelector: {} }, { ipBlock: { cidr: '::/0' } }] })], ['network-policy-egress-open']],
  ['egress to most addresses on every port', [out({ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] })], ['network-policy-egress-ports']],
  ['egress to peers on every port', [out({ to: [{ podSelector: {} }] })], ['network-policy-egress-ports']],
  ['egress to a port too many', [out({ ports: [...NEEDED, { port: 5432 }] })], ['network-policy-egress-ports']],
  ['egress to a captured port over UDP', [out({ ports: [{ protocol: 'UDP', port: 443 }] })], ['network-policy-egress-ports']],
  ['egress to every port of TCP', [out({ ports: [{ protocol: 'TCP' }] })], ['network-policy-egress-ports']],
  ['egress to a range that holds more', [out({ ports: [{ port: 80, endPort: 443 }] })], ['network-policy-egress-ports']],
  ['egress to a range of one', [out({ ports: [{ port: 443, endPort: 443 }] })], []],
  ['egress to a port by name', [out({ ports: [{ port: 'https' }] })], ['network-policy-egress-ports']],
  ['a bad rule in the second of two policies', [out({ ports: NEEDED }), out({})], ['network-policy-egress-open']],
  ['rules of egress that the types make void', [both({}), policy({ podSelector: {}, policyTypes: ['Ingress'], egress: [{}] })], []],
  ['ingress from everybody to every port', [both({ ingress: [{}] })], ['network-policy-ingress-open']],
  ['ingress from every address to every port', [both({ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] })], ['network-policy-ingress-open']],
  ['ingress from everybody to every port by range', [both({ ingress: [{ ports: [{ port: 1, endPort: 65535 }] }] })], ['network-policy-ingress-open']],
  ['ingress from everybody to every port of TCP', [both({ ingress: [{ ports: [{ protocol: 'TCP' }] }] })], ['network-policy-ingress-open']],
  ['ingress from everybody to one port', [both({ ingress: [{ ports: [{ port: 8080 }] }] })], []],
  ['ingress from peers to every port', [both({ ingress: [{ from: [{ podSelector: {} }] }] })], []],
];

describe('a pod that is created', () => {
  test.each(CASES)('with %s', (_sentence, policies, expected) => {
    expect(reasons(...policies)).toEqual(expected);
  });

  test('may go out to what its profile captures', () => {
    const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, capturedPorts: [443, 5432, 5433] } };
    expect(told('network-policy', goodPod(), { profile, facts: facts(out({ ports: [{ port: 5432, endPort: 5433 }] })) })).toEqual([]);
    expect(told('network-policy', goodPod(), { profile, facts: facts(out({ ports: [{ port: 80 }] })) })).toEqual(['network-policy-egress-ports metadata.labels']);
  });

  test('is told of a policy that would do, and with that policy passes', () => {
    const [fault] = faultsOf(goodPod(), { facts: facts() });
    const printed: unknown = parse(fault?.fix.replace(/^apply /, '') ?? '');
    expect(printed).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'agents', namespace: 'agents' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ ports: NEEDED }] },
    });
    expect(reasons(policy((printed as { spec: object }).spec))).toEqual([]);
  });

  test('is told which rule of which policy is too open', () => {
    const [fault] = faultsOf(goodPod(), { facts: facts(out({ ports: NEEDED }, { ports: [{ port: 22, endPort: 25 }] })) });
    expect(fault).toMatchObject({ weight: 'deny', message: 'NetworkPolicy "p" lets the pod out to ports 22 to 25/TCP (spec.egress[1])', fix: 'leave only ports of 53/UDP, 53/TCP, 80/TCP, 443/TCP, 8443/TCP in that rule, or have the profile capture the port' });
  });

  test('is refused while the policies are not known, which is no fault of its own', () => {
    const blind = { ...FACTS, networkPolicies: () => unknown<never>('The network policies are not known, because nobody answers.') };
    expect(faultsOf(goodPod(), { facts: blind })).toMatchObject([{ reason: 'network-policy-unknown', unknown: true, weight: 'deny', message: 'The network policies are not known, because nobody answers' }]);
  });
});

const relabelled = (from: Record<string, string>, to: Record<string, string>, ...policies: NetworkPolicy[]) =>
  told('network-policy', labelled(to), { before: labelled(from), facts: facts(...policies) });

describe('a pod that is running', () => {
  const narrow = policy({ podSelector: { matchLabels: { app: 'triage' } }, policyTypes: ['Ingress', 'Egress'] });
  const open = policy({ podSelector: { matchLabels: { open: 'yes' } }, policyTypes: ['Egress'], egress: [{}] });

  test('may not slip out of the policy that isolates it', () => {
    expect(relabelled({ app: 'triage' }, { app: 'other' }, narrow)).toEqual(['network-policy-missing metadata.labels']);
    expect(relabelled({ app: 'triage' }, {}, narrow)).toEqual(['network-policy-missing metadata.labels']);
  });

  test('may not slip under one that opens', () => {
    expect(relabelled({ app: 'triage' }, { app: 'triage', open: 'yes' }, narrow, open)).toEqual(['network-policy-egress-open metadata.labels']);
  });

  test('may take labels by which no policy selects, even where none isolates it any more', () => {
    expect(relabelled({ app: 'triage' }, { app: 'triage', tier: 'x' }, narrow)).toEqual([]);
    expect(relabelled({}, { tier: 'x' }, narrow)).toEqual([]);
  });

  test('is not judged where its labels stay, even by policies that are not known', () => {
    const blind = { ...FACTS, networkPolicies: () => unknown<never>('not known') };
    expect(told('network-policy', labelled({ app: 'a' }), { before: labelled({ app: 'a' }), facts: blind })).toEqual([]);
    expect(told('network-policy', labelled({ app: 'b' }), { before: labelled({ app: 'a' }), facts: blind })).toEqual(['network-policy-unknown metadata.labels']);
  });
});

test('a change of labels alone asks the checks that hang on them', () => {
  expect(RELABEL_CHECKS.map(({ id }) => id)).toEqual(['agent-identity', 'network-policy', 'runtime-annotations']);
});
