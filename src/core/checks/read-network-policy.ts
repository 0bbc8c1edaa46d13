import { isObject } from '../terms/is-object.ts';
import type { NetworkPolicy } from './facts.ts';
import { anyObject, integer, listOf, mapOf, record, text, textOrNumber, type Shaped } from './shape.ts';

const selectorShape = record({}, {
  matchLabels: mapOf(text),
  matchExpressions: listOf(record({ key: text, operator: text }, { values: listOf(text) })),
});
const portShape = record({}, { protocol: text, port: textOrNumber, endPort: integer });
const ingressShape = record({}, { from: listOf(anyObject), ports: listOf(portShape) });
const egressShape = record({}, { to: listOf(anyObject), ports: listOf(portShape) });
const policyShape = record({ metadata: record({ name: text }, {}), spec: record({}, {
  podSelector: selectorShape,
  policyTypes: listOf(text),
  ingress: listOf(ingressShape),
  egress: listOf(egressShape),
}) }, {});

/**
 * Most characters of what is kept of one, as JSON: some thousand ports, or values of a selector. Whoever may write policies of any namespace
 * writes 1.5 MB each, and all of them are kept.
 */
const LONGEST = 32_768;

/**
 * Reads a NetworkPolicy (networking.k8s.io/v1), with what the API server fills in: without `policyTypes` it is about ingress, and
 * about egress where it has rules of it. Undefined where it has not the types that the API gives it, or is longer than 32,768 characters without
 * its peers.
 */
export function readNetworkPolicy(object: unknown): NetworkPolicy | undefined {
  if (!policyShape(object, [])) return undefined;
  const { podSelector, ingress, egress, policyTypes }: Shaped<typeof policyShape>['spec'] = object.spec;
  const types = policyTypes ?? [];
  const policy: NetworkPolicy = {
    name: object.metadata.name,
    podSelector: podSelector ?? {},
    policyTypes: types.length > 0 ? types : ['Ingress', ...((egress ?? []).length > 0 ? ['Egress'] : [])],
    ingress: (ingress ?? []).map(({ from, ports }) => ({ everybody: isEverybody(from ?? []), ports: ports ?? [] })),
    egress: (egress ?? []).map(({ to, ports }) => ({ everybody: isEverybody(to ?? []), ports: ports ?? [] })),
  };
  return JSON.stringify(policy).length <= LONGEST ? policy : undefined;
}

/** As lists of peers say it: by naming none, or by a block of addresses from which nothing is excepted. */
function isEverybody(peers: readonly Readonly<Record<string, unknown>>[]): boolean {
  return peers.length === 0 || peers.some(({ ipBlock }) => isObject(ipBlock) && /\/0+$/.test(String(ipBlock['cidr'])) && (!Array.isArray(ipBlock['except']) || ipBlock['except'].length === 0));
}
