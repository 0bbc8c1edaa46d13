import { type Fact, unknown } from '../terms/fact.ts';

/** A LabelSelector (meta/v1) as far as we read it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** One port of a rule; `port` is a name where it is text. Absent `port`: every port of the protocol. */
export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyRule {
  /** It names no peer, or one that is every address of a family. */
  readonly everybody: boolean;
  /** None: every port. */
  readonly ports: readonly PolicyPort[];
}

/** A NetworkPolicy (networking.k8s.io/v1) as far as we read it. */
export interface NetworkPolicy {
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** As the API server defaults it: `Ingress`, and `Egress` where there are egress rules. */
  readonly policyTypes: readonly string[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

/**
 * What checks have to know of other objects than the pod. Each answers at once, from what was watched; what is missing or stale is
 * not known, and the sentence says so.
 */
export interface ObjectFacts {
  /** Every NetworkPolicy of a namespace. */
  networkPolicies(namespace: string): Fact<readonly NetworkPolicy[]>;
  /** Handler of the RuntimeClass of that name; undefined where there is no such class. */
  runtimeHandler(name: string): Fact<string | undefined>;
  /** Keys of the pod labels by which AgentPolicies of a namespace select agents. */
  selectingLabels(namespace: string): Fact<ReadonlySet<string>>;
}

/** Where nobody has looked: every question is open. */
export const NOTHING_KNOWN: ObjectFacts = {
  networkPolicies: (namespace) => unknown(`The network policies of namespace ${namespace} have not been looked at.`),
  runtimeHandler: (name) => unknown(`The runtime class ${name} has not been looked at.`),
  selectingLabels: (namespace) => unknown(`The agent policies of namespace ${namespace} have not been looked at.`),
};
