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
 * Reads a NetworkPolicy (networking.k8s.io/v1), with what the API server fills in: without `policyTypes` it is about ingress, and
 * about egress where it has rules of it. Undefined where it has not the types that the API gives it.
 */
export function readNetworkPolicy(object: unknown): NetworkPolicy | undefined {
  if (!policyShape(object, '', [])) return undefined;
  const { podSelector, ingress, egress, policyTypes }: Shaped<typeof policyShape>['spec'] = object.spec;
  const types = policyTypes ?? [];
  return {
    name: object.metadata.name,
    podSelector: podSelector ?? {},
    policyTypes: types.length > 0 ? types : ['Ingress', ...((egress ?? []).length > 0 ? ['Egress'] : [])],
    ingress: (ingress ?? []).map(({ from, ports }) => ({ peers: from?.length ?? 0, ports: ports ?? [] })),
    egress: (egress ?? []).map(({ to, ports }) => ({ peers: to?.length ?? 0, ports: ports ?? [] })),
  };
}
