import type { EventRecorder } from '../../../adapters/kube/events.ts';
import type { KubeClient, KubeObject } from '../../../adapters/kube/client.ts';
import type { Fact } from '../../../core/terms/fact.ts';
import type { Log } from '../ports.ts';
import type { Assessment } from './assess.ts';
import type { EvictionReason, ScanMetrics } from './metrics.ts';

export interface ScanPorts {
  readonly client: KubeClient;
  /** Whether this replica is the one that writes. Asked before every write. */
  readonly leading: () => boolean;
  /** Whether everything that a review rests on has been listed. Until then nothing is looked at. */
  readonly ready: () => boolean;
  /**
   * By name of each namespace that takes agents: what its pods are judged by that is not in the pods, as text to be compared. When it changes
   * they are looked at again. RuntimeClasses, owners, the settings of injection and the end of an Exemption are not in it: what changes there
   * is seen within the hour.
   */
  readonly circumstances: (signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;
  /** Judges one pod as the API server has it now; unknown where what that rests on is. */
  readonly assess: (pod: KubeObject, signal: AbortSignal) => Promise<Fact<Assessment>>;
  readonly recorder: Pick<EventRecorder, 'tell'>;
  readonly metrics: ScanMetrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly timing?: ScanTiming;
}

/** In milliseconds. */
export interface ScanTiming {
  /** Between two rounds, each of which looks at no more pods than `ROUND` says. */
  readonly round: number;
  /** How long a pod that changed is left alone, so that what changes often is looked at once. */
  readonly debounce: number;
  /** Until a pod about which nothing changed is looked at again, at the latest. */
  readonly again: number;
  /** Nothing is evicted before the scan has run for so long, */
  readonly settle: number;
  /** nor before a second look so long after the first has found the same. */
  readonly confirm: number;
  /** Between two evictions for one reason. Pods that grow old are many and expected; many that are unproven may be a mistake of ours. */
  readonly evictions: Readonly<Record<EvictionReason, number>>;
}

export const USUAL_TIMING: ScanTiming = { round: 1_000, debounce: 2_000, again: 3_600_000, settle: 60_000, confirm: 30_000, evictions: { unproven: 10_000, expired: 1_000 } };

/** Most pods that one round looks at: with rounds of a second, 5,000 pods take four minutes when a scan starts. */
export const ROUND = 20;
