import type { ProfileSpec } from '../policy/profile.ts';
import { CONTROLLER_PORT } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { same } from './differences.ts';
import type { NetworkPolicy, PolicyPort, PolicyRule } from './facts.ts';
import { matches } from './label-selector.ts';
import { unknownFact } from './unknown-fact.ts';
import type { PodView } from './view.ts';

/**
 * The cluster's network keeps the pod to what its sidecar needs, should the capture ever fail.
 *
 *   field              allowed
 *   metadata.labels    labels that NetworkPolicies of the namespace select, which together
 *                      - isolate the pod for ingress and for egress,
 *                      - let it out at most to ports 53 (UDP and TCP), 8443 and spec.capturedPorts of the profile (TCP),
 *                      - let nobody in from everywhere to every port
 *
 * A rule of egress without ports opens all of them, and so does one of a port by name, whose number the other pod decides. Policies of other
 * API groups are not looked at. Where one is longer than 32,768 characters without its peers, or a namespace has more than 200, nothing is known
 * of any of that namespace. A running pod is judged again where its labels change and other policies select it.
 */
export const networkPolicy: Check = {
  id: 'network-policy',
  title: 'Network policies isolate the pod',
  essential: false,
  onRelabel: true,
  onFacts: true,
  review: (view, context) => findings(view, context),
};

const FIELD = 'metadata.labels';
const DNS_PORT = 53;

function findings({ metadata: { labels = {}, namespace = 'default' } }: PodView, { facts, before, profile }: CheckContext): Finding[] {
  const old = before && (before.metadata?.labels ?? {});
  if (old !== undefined && same(old, labels)) return [];
  const policies = facts.networkPolicies(namespace);
  if (!policies.known) return [unknownFact('network-policy', FIELD, policies.sentence)];
  const selecting = policies.value.filter(({ podSelector }) => matches(podSelector, labels));
  if (old !== undefined && same(selecting, policies.value.filter(({ podSelector }) => matches(podSelector, old)))) return [];
  const needed = neededPorts(profile.spec);
  return [...unisolated(selecting, namespace, needed), ...selecting.flatMap((policy) => tooOpen(policy, needed))];
}

interface NeededPort {
  readonly protocol: string;
  readonly port: number;
}

function neededPorts({ capturedPorts }: ProfileSpec): NeededPort[] {
  const tcp = new Set([DNS_PORT, ...capturedPorts, CONTROLLER_PORT]);
  return [{ protocol: 'UDP', port: DNS_PORT }, ...[...tcp].sort((a, b) => a - b).map((port) => ({ protocol: 'TCP', port }))];
}

function unisolated(selecting: readonly NetworkPolicy[], namespace: string, needed: readonly NeededPort[]): Finding[] {
  const fix = `apply ${minimalPolicy(namespace, needed)}`;
  if (selecting.length === 0) return [{ reason: 'network-policy-missing', field: FIELD, message: 'no NetworkPolicy selects the pod', fix }];
  return (['Ingress', 'Egress'] as const).filter((type) => !selecting.some(({ policyTypes }) => policyTypes.includes(type))).map((type) => ({
    reason: `network-policy-no-${type.toLowerCase()}`,
    field: FIELD,
    message: `no NetworkPolicy that selects the pod isolates it for ${type.toLowerCase()}`,
    fix,
  }));
}

function tooOpen({ name, policyTypes, ingress, egress }: NetworkPolicy, needed: readonly NeededPort[]): Finding[] {
  const ports = needed.map(({ protocol, port }) => `${port}/${protocol}`).join(', ');
  const outward = policyTypes.includes('Egress') ? egress : [];
  const inward = policyTypes.includes('Ingress') ? ingress : [];
  return [
    ...outward.flatMap((rule, index): Finding[] => {
      const beyond = portsBeyond(rule, needed);
      if (beyond === undefined) return [];
      const reason = rule.everybody && rule.ports.length === 0 ? 'network-policy-egress-open' : 'network-policy-egress-ports';
      return [{ reason, field: FIELD, message: `NetworkPolicy ${quoted(name)} lets the pod out to ${beyond} (spec.egress[${index}])`, fix: `leave only ports of ${ports} in that rule, or have the profile capture the port` }];
    }),
    ...inward.flatMap((rule, index): Finding[] => (!rule.everybody || !isEveryPort(rule.ports) ? [] : [{
      reason: 'network-policy-ingress-open',
      field: FIELD,
      message: `NetworkPolicy ${quoted(name)} lets everybody in to every port (spec.ingress[${index}])`,
      fix: 'name peers or ports in that rule, or take it out',
    }])),
  ];
}

/** What a rule opens that the sidecar does not need, for sentences. */
function portsBeyond({ everybody, ports }: PolicyRule, needed: readonly NeededPort[]): string | undefined {
  if (ports.length === 0) return everybody ? 'everybody on every port' : 'every port of its peers';
  const beyond = ports.find((one) => !isNeeded(one, needed));
  if (beyond === undefined) return undefined;
  const { protocol = 'TCP', port, endPort } = beyond;
  if (typeof port === 'string') return `the port that is named ${quoted(port)}`;
  if (port === undefined) return `every port of ${protocol}`;
  return endPort === undefined ? `port ${port}/${protocol}` : `ports ${port} to ${endPort}/${protocol}`;
}

function isNeeded({ protocol = 'TCP', port, endPort }: PolicyPort, needed: readonly NeededPort[]): boolean {
  if (typeof port !== 'number') return false;
  const within = needed.filter((one) => one.protocol === protocol && one.port >= port && one.port <= (endPort ?? port));
  return within.length === (endPort ?? port) - port + 1;
}

function isEveryPort(ports: readonly PolicyPort[]): boolean {
  return ports.length === 0 || ports.some(({ port, endPort }) => port === undefined || (typeof port === 'number' && port <= 1 && (endPort ?? port) >= 65_535));
}

function minimalPolicy(namespace: string, needed: readonly NeededPort[]): string {
  const ports = needed.map(({ protocol, port }) => (protocol === 'TCP' ? `{port: ${port}}` : `{port: ${port}, protocol: ${protocol}}`)).join(', ');
  return '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, '
    + `metadata: {name: agents, namespace: ${namespace}}, spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [${ports}]}]}}`;
}
