import { hash } from 'node:crypto';
import type { KubeObject } from '../../../adapters/kube/client.ts';
import { KubeFault, unlessFault } from '../../../adapters/kube/fault.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { TokenBucket } from '../../../core/terms/token-bucket.ts';
import type { Assessment } from './assess.ts';
import { condemnation, faultsMessage, foundOf, podEvent } from './findings.ts';
import { endOf, evict, evictionReason } from './eviction.ts';
import type { Memory, Remembered } from './memory.ts';
import type { EvictionReason } from './metrics.ts';
import type { ScanPorts, ScanTiming } from './ports.ts';
import { policyReport, reportPath, resultsOf } from './report.ts';
import type { ScannedPod } from './scanned-pod.ts';

/** Milliseconds until a pod that could not be looked at, or not evicted, gets its next turn; doubled for each refusal in a row. */
const SOON = 10_000;
const LATE = 600_000;
/** And one for whose eviction it was not the time yet. */
const QUEUED = 60_000;

/** A pod that was changed so often while it was to be evicted is evicted as whatever it is by then: somebody may change it for that alone. */
const MOST_CHANGES = 2;

/** One look at one pod after the other, with what follows: report, Event, eviction. */
export class Look {
  readonly #ports: ScanPorts;
  readonly #timing: ScanTiming;
  readonly #memory: Memory;
  readonly #stopping: AbortSignal;
  readonly #evictions: Readonly<Record<EvictionReason, TokenBucket>>;
  #began: number | undefined;
  /** Of the last report that could not be written: a kind that is not there is told once, not for each pod. */
  #reportFault: KubeFault['code'] | undefined;

  constructor(ports: ScanPorts, timing: ScanTiming, memory: Memory, stopping: AbortSignal) {
    this.#ports = ports;
    this.#timing = timing;
    this.#memory = memory;
    this.#stopping = stopping;
    const { unproven, expired } = timing.evictions;
    this.#evictions = { unproven: new TokenBucket(1, unproven, ports.now()), expired: new TokenBucket(1, expired, ports.now()) };
  }

  /** The first round has begun: the time before evictions runs from here. */
  begin(now: number): void {
    this.#began ??= now;
  }

  /** Never rejects: what goes wrong is told, and the pod gets another turn. Each request that it makes has a limit of its own. */
  async at(pod: ScannedPod, circumstances: string): Promise<void> {
    const now = this.#ports.now();
    const remembered: Remembered = { refusals: 0, ...this.#memory.get(pod.uid), pod, circumstances, next: now + SOON };
    delete remembered.changed;
    this.#memory.set(pod.uid, remembered);
    try {
      await this.#lookAt(remembered, now, this.#stopping);
    } catch (fault) {
      if (this.#stopping.aborted) return;
      this.#ports.metrics.failed('look');
      this.#ports.log.warn({ err: fault, namespace: pod.namespace, pod: pod.name }, 'an agent pod could not be looked at; trying again');
    }
  }

  /** Reads the pod fresh, since what is watched may be behind; one of another uid comes by itself. */
  async #lookAt(remembered: Remembered, now: number, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = remembered.pod;
    const object = await unlessFault('not-found', () => this.#ports.client.get<KubeObject>(`/api/v1/namespaces/${namespace}/pods/${name}`, { signal }));
    if (object?.metadata.uid !== uid) return;
    const assessed = await this.#ports.assess(object, signal);
    if (!assessed.known) throw new KubeFault('malformed', assessed.sentence);
    const assessment = assessed.value;
    remembered.found = foundOf(assessment);
    const endless = isObject(object['spec']) && object['spec']['activeDeadlineSeconds'] === undefined;
    const age = { created: remembered.pod.created, endless };
    const turn = now + Math.round(this.#timing.again * (0.9 + this.#ports.random() / 10));
    remembered.next = Math.min(turn, assessment.spec === undefined ? turn : Math.max(endOf(assessment.spec, age), now + SOON));
    await this.#report(remembered, assessment, now, signal);
    this.#tell(remembered, assessment, now);
    await this.#carryOut(remembered, object, evictionReason(assessment, age, now), now, signal);
  }

  /** Writes always, even what was written before: somebody may have deleted it, and the API server drops a write that changes nothing. */
  async #report(remembered: Remembered, assessment: Assessment, now: number, signal: AbortSignal): Promise<void> {
    if (!this.#ports.leading()) return;
    const results = resultsOf(assessment);
    const what = digest(JSON.stringify(results));
    if (remembered.reported?.what !== what) remembered.reported = { at: now, what };
    try {
      const report = policyReport(remembered.pod, results, remembered.reported.at);
      await this.#ports.client.patch(reportPath(remembered.pod), 'apply', report, { signal, query: { fieldManager: 'sallyport-scan', force: 'true' } });
      this.#reportFault = undefined;
    } catch (fault) {
      if (!(fault instanceof KubeFault)) throw fault;
      this.#ports.metrics.failed('report');
      if (fault.code === this.#reportFault) return;
      this.#reportFault = fault.code;
      this.#ports.log.warn({ err: fault, namespace: remembered.pod.namespace, pod: remembered.pod.name }, 'PolicyReports cannot be written; what is found stays in the metrics and Events');
    }
  }

  /** Once when its faults are found and once with each turn, so that the Event's count is the number of turns. */
  #tell(remembered: Remembered, assessment: Assessment, now: number): void {
    const message = faultsMessage(assessment);
    if (message === undefined || !this.#ports.leading()) return;
    const what = digest(message);
    if (remembered.told?.what === what && now - remembered.told.at < this.#timing.again / 2) return;
    remembered.told = { at: now, what };
    this.#ports.recorder.tell(podEvent(remembered.pod, 'Warning', assessment.proven === false ? 'SallyportUnproven' : 'SallyportFaults', message));
  }

  /**
   * Evicts, at the earliest when the scan has run for a while and a second fresh read has found the same. The eviction holds for exactly
   * the version that was judged, until that has failed for its changes. One that came to nothing takes no turn from another pod.
   */
  async #carryOut(remembered: Remembered, object: KubeObject, reason: EvictionReason | undefined, now: number, signal: AbortSignal): Promise<void> {
    if (reason === undefined || object.metadata['deletionTimestamp'] !== undefined) {
      delete remembered.condemned;
      delete remembered.changes;
      return;
    }
    remembered.condemned ??= now;
    const earliest = Math.max(remembered.condemned + this.#timing.confirm, (this.#began ?? now) + this.#timing.settle);
    if (now < earliest) {
      remembered.next = earliest;
    } else if (!this.#ports.leading() || !this.#evictions[reason].take(now)) {
      remembered.next = now + QUEUED;
    } else {
      remembered.next = now + Math.min(LATE, SOON * 2 ** remembered.refusals);
      await this.#evict(remembered, object, reason, signal);
    }
  }

  async #evict(remembered: Remembered, object: KubeObject, reason: EvictionReason, signal: AbortSignal): Promise<void> {
    const { recorder, metrics, log, client } = this.#ports;
    const { pod } = remembered;
    try {
      const outcome = await evict(client, object, (remembered.changes ?? 0) >= MOST_CHANGES, signal);
      log.info({ namespace: pod.namespace, pod: pod.name, reason, outcome }, 'eviction of an agent pod');
      if (outcome !== 'evicted') this.#evictions[reason].giveBack();
      if (outcome === 'changed') remembered.changes = (remembered.changes ?? 0) + 1;
      if (outcome === 'gone' || outcome === 'changed') return;
      metrics.eviction(reason, outcome);
      remembered.refusals = outcome === 'refused' ? remembered.refusals + 1 : 0;
      if (outcome === 'evicted' || remembered.refusals === 1) recorder.tell(podEvent(pod, 'Warning', outcome === 'evicted' ? 'SallyportEvicted' : 'SallyportEvictionRefused', condemnation(reason, outcome)));
    } catch (fault) {
      if (!(fault instanceof KubeFault)) throw fault;
      metrics.eviction(reason, 'failed');
      remembered.refusals += 1;
      log.warn({ err: fault, namespace: pod.namespace, pod: pod.name, reason }, 'an agent pod could not be evicted; trying again');
    }
  }
}

function digest(text: string): string {
  return hash('sha256', text, 'base64');
}
