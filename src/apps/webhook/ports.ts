import type { Registry } from 'prom-client';
import type { InjectedAs } from '../../core/admission/context.ts';
import type { ListedTemplate } from '../../core/admission/resources.ts';
import type { ObjectFacts } from '../../core/checks/facts.ts';
import type { Pod } from '../../core/checks/pod.ts';
import type { ReceiptSigner } from '../../core/injection/receipt.ts';
import type { InjectionSettings } from '../../core/injection/settings.ts';
import type { Exemption, Workload } from '../../core/policy/exemption.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import type { Fact } from '../../core/terms/fact.ts';
import type { Events } from './events.ts';

export type Labels = Readonly<Record<string, string>>;

/** What this app asks of the cluster, or of the command line where there is none. */
export interface Facts {
  /** The namespace's labels as they are now; gives up when `signal` aborts. */
  namespaceLabels(namespace: string, signal: AbortSignal): Promise<Fact<Labels>>;
  /** Names of the namespaces that take agents, for refusals. */
  agentNamespaces(): readonly string[];
  /** The profile of that name, built in or installed; undefined where there is none. */
  profile(name: string): Fact<SandboxProfile | undefined>;
  /** What injection needs for pods of that profile; unknown while the controller has not said whom to trust. */
  injection(profile: SandboxProfile): Fact<InjectionSettings>;
  /** There is no cluster to ask about other objects. */
  readonly offline?: true;
  /** What checks know of other objects, from what is watched. It may lag by a moment: `objectsNow` is asked before a refusal rests on it. */
  readonly objects: ObjectFacts;
  /** The same for one namespace, and for the runtime class of that name if one is given, as the API server has it at this moment. */
  objectsNow(namespace: string, runtimeClass: string | undefined, signal: AbortSignal): Promise<ObjectFacts>;
  /** The pod of that name as the API server has it at this moment; undefined where there is none. */
  livePod(namespace: string, name: string, signal: AbortSignal): Promise<Fact<Pod | undefined>>;
  /** Every Exemption of `sallyport-system` that can be read, in force or not. Unknown: nothing is exempt. */
  exemptions(): Fact<readonly Exemption[]>;
  /**
   * The workloads that own a pod, from the nearest up: each is the controller that the one before names, and is there with that uid. The
   * pod's own reference is still a claim, which anybody who creates pods can write; who asked for the pod says whether it is true.
   */
  workloads(namespace: string, pod: Pod, signal: AbortSignal): Promise<Fact<readonly Workload[]>>;
  /** The pods of a namespace as the API server has them at this moment, some hundred at a time, undefined where one cannot be read. A page that is unknown is the last. */
  podsOf(namespace: string, signal: AbortSignal): AsyncIterable<Fact<readonly (Pod | undefined)[]>>;
  /** Receipts of injection; absent outside of a cluster, where nobody could read one later on. */
  readonly receipts?: Receipts;
  /** Kinds with pods in them that installed profiles list. */
  templates(): readonly ListedTemplate[];
  /** Milliseconds since the epoch, for the end of exemptions. */
  now(): number;
  /** What is still missing before the first review can be answered; empty when ready. */
  missing(): readonly string[];
}

export interface Receipts {
  /** Absent where receipts are only read. */
  readonly sign?: ReceiptSigner;
  /** How a pod was injected, where its receipt is over the sidecar that it has now. */
  readonly read: (pod: Pod) => Fact<InjectedAs>;
}

/** The webhook's own certificate, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateSource {
  current(): Certificate;
  /** Returns what ends it. */
  onChange(listener: (certificate: Certificate) => void): () => void;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WebhookPorts {
  readonly facts: Facts;
  readonly certificate: CertificateSource;
  /** Absent: nobody is told. */
  readonly events?: Events;
  /** Of the metrics; absent: one of its own. */
  readonly registry?: Registry;
  readonly log: Log;
}
