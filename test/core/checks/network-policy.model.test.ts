import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NetworkPolicy, PolicyPort } from '../../../src/core/checks/facts.ts';
import { known } from '../../../src/core/terms/fact.ts';
import { FACTS, goodPod, told } from './pods.ts';

// The check reads rules; here stands what rules mean, packet by packet, as the documentation of NetworkPolicy has it: a pod that a policy
// selects for a direction lets through what any rule of any such policy lets through. What the check lets pass lets no packet through
// that the sidecar does not send.

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
/** Around each border: what is wrong by one shows there. */
const PROBED = [1, 52, 53, 54, 79, 80, 81, 442, 443, 444, 8442, 8443, 8444, 65_535];
const SENT: ReadonlySet<string> = new Set(['53/UDP', '53/TCP', '80/TCP', '443/TCP', '8443/TCP']);
const LABELS = { app: 'triage' };

const port = fc.oneof(
  fc.constantFrom<PolicyPort>({}, { protocol: 'UDP' }, { port: 'https' }),
  fc.record({ protocol: fc.constantFrom(...PROTOCOLS), port: fc.constantFrom(...PROBED) }),
  fc.record({ port: fc.constantFrom(...PROBED) }),
  fc.tuple(fc.constantFrom(...PROBED), fc.constantFrom(...PROBED)).map(([a, b]) => ({ port: Math.min(a, b), endPort: Math.max(a, b) })),
);
const needed = fc.constantFrom<PolicyPort>({ protocol: 'UDP', port: 53 }, { port: 53 }, { port: 443 }, { port: 80, endPort: 80 }, { protocol: 'TCP', port: 8443 });
const rule = fc.record({ everybody: fc.boolean(), ports: fc.oneof({ weight: 3, arbitrary: fc.array(needed, { minLength: 1, maxLength: 4 }) }, fc.array(port, { maxLength: 2 })) });
const policy: fc.Arbitrary<NetworkPolicy> = fc.record({
  name: fc.constant('p'),
  podSelector: fc.constantFrom({}, { matchLabels: { app: 'triage' } }, { matchLabels: { app: 'other' } }, { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }),
  policyTypes: fc.constantFrom(['Ingress', 'Egress'], ['Egress'], ['Ingress']),
  ingress: fc.array(rule, { maxLength: 2 }),
  egress: fc.array(rule, { maxLength: 2 }),
});

/** `named`: whether a port by name may be any, as it may where another pod decides its number. */
function covers({ protocol: own = 'TCP', port: first, endPort }: PolicyPort, protocol: string, number: number, named: boolean): boolean {
  if (own !== protocol) return false;
  if (typeof first === 'string') return named;
  return first === undefined || (number >= first && number <= (endPort ?? first));
}

function selected(policies: readonly NetworkPolicy[], type: string): readonly NetworkPolicy[] {
  return policies.filter(({ podSelector, policyTypes }) => policyTypes.includes(type) && podSelector.matchExpressions === undefined && (podSelector.matchLabels?.['app'] ?? LABELS.app) === LABELS.app);
}

function isOpen(policies: readonly NetworkPolicy[]): boolean {
  const [out, into] = [selected(policies, 'Egress'), selected(policies, 'Ingress')];
  return out.length === 0 || into.length === 0 || goesOut(out) || comesIn(into);
}

function goesOut(policies: readonly NetworkPolicy[]): boolean {
  const rules = policies.flatMap(({ egress }) => egress);
  const packets = PROTOCOLS.flatMap((protocol) => PROBED.map((number) => ({ protocol, number }))).filter(({ protocol, number }) => !SENT.has(`${number}/${protocol}`));
  return packets.some(({ protocol, number }) => rules.some(({ ports }) => ports.length === 0 || ports.some((one) => covers(one, protocol, number, true))));
}

function comesIn(policies: readonly NetworkPolicy[]): boolean {
  return policies.flatMap(({ ingress }) => ingress).some(({ everybody, ports }) => everybody && (ports.length === 0 || ports.some(isEveryPort)));
}

function isEveryPort(one: PolicyPort): boolean {
  return PROTOCOLS.some((protocol) => PROBED.every((number) => covers(one, protocol, number, false)));
}

test('a pod passes exactly where no packet leaves it that its sidecar does not send', () => {
  let passed = 0;
  fc.assert(fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (policies) => {
    const pod = { ...goodPod(), metadata: { namespace: 'agents', labels: LABELS } };
    const faults = told('network-policy', pod, { facts: { ...FACTS, networkPolicies: () => known(policies) } });
    if (faults.length === 0) passed++;
    expect({ policies, refused: faults.length > 0 }).toEqual({ policies, refused: isOpen(policies) });
  }), { numRuns: 2_000 });
  expect(passed).toBeGreaterThan(100);
});
