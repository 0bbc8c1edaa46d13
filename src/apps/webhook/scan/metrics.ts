import { Counter, Gauge, type Registry } from 'prom-client';
import type { Remembered } from './memory.ts';

export type EvictionReason = 'unproven' | 'expired';
export type EvictionOutcome = 'evicted' | 'refused' | 'failed';

export interface ScanMetrics {
  /** After each round. `waiting`: pods that should have been looked at by now. */
  round(pods: Iterable<Remembered>, waiting: number, now: number): void;
  /** A pod that could not be looked at, or whose report could not be written. */
  failed(what: 'look' | 'report'): void;
  eviction(reason: EvictionReason, outcome: EvictionOutcome): void;
  /** This replica scans no more: what it last found must not stand beside what another one finds. */
  clear(): void;
}

/** All of the scan's metrics; only the replica that scans has values. */
export function scanMetrics(registry: Registry): ScanMetrics {
  const registers = [registry];
  const scanned = new Gauge({ name: 'sallyport_scan_pods', help: 'Agent pods that were looked at', labelNames: ['namespace', 'mode'], registers });
  const unproven = new Gauge({ name: 'sallyport_scan_unproven_pods', help: 'Pods in enforcing namespaces whose sidecar is not proven', labelNames: ['namespace'], registers });
  const undecided = new Gauge({ name: 'sallyport_scan_undecided_pods', help: 'Pods in enforcing namespaces of which nobody can tell', labelNames: ['namespace'], registers });
  const faults = new Gauge({ name: 'sallyport_scan_faulty_pods', help: 'Pods with faults, by the check that found them', labelNames: ['check', 'weight'], registers });
  const waiting = new Gauge({ name: 'sallyport_scan_waiting_pods', help: 'Pods that should have been looked at by now', registers });
  const last = new Gauge({ name: 'sallyport_scan_last_timestamp_seconds', help: 'When the scan last had nothing left to look at', registers });
  const failures = new Counter({ name: 'sallyport_scan_failures_total', help: 'Pods that could not be looked at, and reports that could not be written', labelNames: ['what'], registers });
  const evictions = new Counter({ name: 'sallyport_scan_evictions_total', help: 'Evictions that were asked for', labelNames: ['reason', 'outcome'], registers });
  const gauges = [scanned, unproven, undecided, faults, waiting];
  return {
    round(pods, behind, now) {
      for (const gauge of gauges) gauge.reset();
      for (const { pod: { namespace }, found } of pods) {
        if (found === undefined) continue;
        const { mode, proven } = found;
        scanned.inc({ namespace, mode });
        // A namespace without any has to say so, or an alert on it never ends.
        unproven.inc({ namespace }, proven === false ? 1 : 0);
        undecided.inc({ namespace }, mode === 'enforce' && proven === undefined ? 1 : 0);
        for (const { check, weight } of found.faults) faults.inc({ check, weight });
      }
      waiting.set(behind);
      if (behind === 0) last.set(now / 1000);
    },
    failed: (what) => failures.inc({ what }),
    eviction: (reason, outcome) => evictions.inc({ reason, outcome }),
    clear() {
      for (const gauge of [...gauges, last]) gauge.reset();
    },
  };
}

/** Counts Events that were left out, because there were too many or the API server did not take them. */
export function droppedEvents(registry: Registry): () => void {
  const dropped = new Counter({ name: 'sallyport_events_dropped_total', help: 'Events that were left out', registers: [registry] });
  return () => dropped.inc();
}
