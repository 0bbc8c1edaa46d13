import type { Mode } from '../../../core/admission/answer.ts';
import type { FaultWeight } from '../../../core/checks/check.ts';
import type { ScannedPod } from './scanned-pod.ts';
import type { ScanTiming } from './ports.ts';

/** As much of an assessment as is counted. */
export interface Found {
  readonly mode: Mode;
  readonly proven: boolean | undefined;
  /** Each check and weight of a fault once. */
  readonly faults: readonly { readonly check: string; readonly weight: FaultWeight }[];
}

/** What is remembered of a pod that was looked at: little, for there may be many thousands. Times are milliseconds since the epoch. */
export interface Remembered {
  readonly pod: ScannedPod;
  readonly circumstances: string;
  /** When to look again although nothing changes. */
  next: number;
  /** When a change was first seen that has not been looked at yet. */
  changed?: number;
  /** Absent until the first look has ended well. */
  found?: Found;
  /** Since when each look has found that the pod should be evicted. */
  condemned?: number;
  /** Evictions that were refused in a row. */
  refusals: number;
  /** Evictions that came to nothing because it was changed meanwhile, since it was condemned. */
  changes?: number;
  /** When its faults were last told as an Event, and a digest of the words. */
  told?: { readonly at: number; readonly what: string };
  /** A digest of the results of the report that was last written, and since when they are those. */
  reported?: { readonly at: number; readonly what: string };
}

/** Everything that is remembered, by uid: a pod that was deleted and made again under its name is another one. */
export class Memory {
  readonly #pods = new Map<string, Remembered>();

  get(uid: string): Remembered | undefined {
    return this.#pods.get(uid);
  }

  set(uid: string, remembered: Remembered): void {
    this.#pods.set(uid, remembered);
  }

  all(): Iterable<Remembered> {
    return this.#pods.values();
  }

  /** Forgets pods that are none of these. */
  keepOnly(pods: readonly ScannedPod[]): void {
    const present = new Set(pods.map(({ uid }) => uid));
    for (const uid of this.#pods.keys()) {
      if (!present.has(uid)) this.#pods.delete(uid);
    }
  }

  /** The pods to look at now: first those never seen, then what changed, then what has its turn; those that wait longest first. */
  due(pods: readonly ScannedPod[], circumstances: ReadonlyMap<string, string>, now: number, { debounce }: Pick<ScanTiming, 'debounce'>): ScannedPod[] {
    const waiting = pods.flatMap((pod) => {
      const since = this.#dueSince(pod, circumstances.get(pod.namespace) ?? '', now, debounce);
      return since <= now ? [{ pod, since }] : [];
    });
    return waiting.sort((a, b) => a.since - b.since).map(({ pod }) => pod);
  }

  #dueSince(pod: ScannedPod, circumstances: string, now: number, debounce: number): number {
    const before = this.#pods.get(pod.uid);
    if (before === undefined) return Number.NEGATIVE_INFINITY;
    if (before.pod.digest !== pod.digest || before.circumstances !== circumstances) before.changed ??= now;
    return Math.min(before.next, before.changed === undefined ? Number.POSITIVE_INFINITY : before.changed + debounce);
  }
}
