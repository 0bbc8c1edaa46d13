import type { Fault } from '../checks/check.ts';
import type { ObjectFacts } from '../checks/facts.ts';
import type { Pod } from '../checks/pod.ts';
import type { Exemption, Workload } from '../policy/exemption.ts';
import type { SandboxProfile } from '../policy/profile.ts';
import type { Fact } from '../terms/fact.ts';
import type { ListedTemplate } from './resources.ts';

type Labels = Readonly<Record<string, string>>;

/** Everything that a review knows besides the request. What is absent is not known, which never admits anything. */
export interface ReviewContext {
  /** Labels of the request's namespace; absent where they are not known, which reads as `enforce`. */
  readonly namespaceLabels?: Labels;
  /** The profile that `profileName(namespaceLabels)` names; absent where there is none of that name or nobody knows it, which is a fault. */
  readonly profile?: SandboxProfile;
  /** Why nobody knows the profile, as a sentence; absent where it is known, or that there is none. */
  readonly profileUnknown?: string;
  /** The pod as injection would make it; absent while the cluster's trust is not known, which is a fault. */
  readonly derive?: (pod: Pod) => Pod;
  /**
   * How the pod was injected, where it carries a receipt of injection over the sidecar that it has now. Settings move
   * on while pods run: what is no longer what injection makes may still be what it made. Never asked about a pod that is being created.
   */
  readonly receipt?: (pod: Pod) => Fact<InjectedAs>;
  /** There is no cluster that could know more of other objects: what is unknown warns. */
  readonly offline?: true;
  /** What is known of other objects. */
  readonly facts?: ObjectFacts;
  /** The pod behind the name of a connection or a binding, asked of the API server just now; `undefined` in it: there is none. */
  readonly livePod?: Fact<Pod | undefined>;
  /** Every Exemption that there is, in force or not. */
  readonly exemptions?: readonly Exemption[];
  /** The workloads that own the pod, as far as its owner references are true. */
  readonly workloads?: readonly Workload[];
  /** Milliseconds since the epoch, for the end of Exemptions; absent: none is in force. */
  readonly now?: number;
  /** Kinds with pods in them that some profile lists. */
  readonly templates?: readonly ListedTemplate[];
  /** Namespaces that take agents, for the refusal of an agent pod elsewhere. */
  readonly agentNamespaces?: () => readonly string[];
}

/** What a receipt says of a pod at its injection. */
export interface InjectedAs {
  readonly labels: Labels;
  /** One of Kubernetes' own controllers made it, with the spec that it has now, for the owner that it claims now. */
  readonly byController: boolean;
}

/** Who may change whether and how a namespace takes agents. */
export interface Guards {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** What the guard of namespaces knows besides the request. */
export interface GuardContext {
  readonly guards: Guards;
  /** What would be refused of what runs in the namespace, once it enforces; absent where nothing is about to be enforced. */
  readonly running?: Fact<RunningPods>;
}

/** The running pods of a namespace as a review would find them. */
export interface RunningPods {
  readonly judged: readonly { readonly name: string; readonly faults: readonly Fault[] }[];
  /** Pods for which there was no time. */
  readonly unjudged: number;
  /** Pods that cannot be read. */
  readonly unread?: number;
}
