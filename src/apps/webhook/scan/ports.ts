import type { KubeClient } from '../../../adapters/kube/client.ts';
import type { KubeFault } from '../../../adapters/kube/fault.ts';
import type { Fault } from '../../../core/checks/check.ts';
import type { Mode } from '../../../core/admission/answer.ts';
import type { ProfileSpec } from '../../../core/policy/profile.ts';
import type { Fact } from '../../../core/terms/fact.ts';
import type { Log } from '../ports.ts';

/** What one look at a running pod has found. */
export interface Assessment {
  readonly mode: Mode;
  readonly profile: string;
  /** `yes` where the sidecar is what injection makes today, or a receipt proves that it was; undefined where nobody can tell. */
  readonly proven: boolean | undefined;
  readonly faults: readonly Fault[];
  /** Absent where the profile is not known. */
  readonly spec?: Pick<ProfileSpec, 'onUnproven' | 'lifetimeUnset' | 'maxLifetimeSeconds'>;
}

export interface ScanPorts {
  readonly client: KubeClient;
  /** Whether this replica is the one that writes. Asked before every write. */
  readonly leading: () => boolean;
  /** Whether everything that a review rests on has been listed. Until then nothing is assessed. */
  readonly ready: () => boolean;
  /** Whether pods of that namespace are agents. */
  readonly takesAgents: (namespace: string) => boolean;
  /** Reviews one pod as the API server has it, by the webhook's own code; unknown where its namespace is. */
  readonly assess: (pod: unknown, signal: AbortSignal) => Promise<Fact<Assessment>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly onFault: (fault: KubeFault) => void;
}

export interface Scan {
  /** Ends what is under way and starts nothing more. */
  stop(): Promise<void>;
}
