import type { Told } from '../../../adapters/kube/events.ts';
import { summary } from '../../../core/admission/summary.ts';
import type { Assessment } from './assess.ts';
import type { Found } from './memory.ts';
import type { EvictionReason } from './metrics.ts';
import type { ScannedPod } from './scanned-pod.ts';

/** An Event on a pod itself. */
export function podEvent({ namespace, name, uid }: ScannedPod, type: Told['type'], reason: string, message: string): Told {
  return { namespace, about: uid, subject: async () => ({ apiVersion: 'v1', kind: 'Pod', namespace, name, uid }), type, reason, message };
}

/** What there is to tell of a pod; undefined where nothing would refuse it, or nothing is enforced. */
export function faultsMessage({ mode, profile, faults }: Assessment): string | undefined {
  const told = mode === 'enforce' ? summary(faults) : '';
  return told === '' ? undefined : `Would be refused now by profile ${profile}: ${told}`;
}

/** What is remembered of an assessment. */
export function foundOf({ mode, proven, faults }: Assessment): Found {
  const kinds = new Map(faults.map(({ check, weight }) => [`${check} ${weight}`, { check, weight }]));
  return { mode, proven, faults: [...kinds.values()] };
}

export function condemnation(reason: EvictionReason, outcome: 'evicted' | 'refused'): string {
  const why = reason === 'unproven' ? 'its sidecar is not proven' : 'it names no end and has lived as long as its profile allows';
  return outcome === 'evicted' ? `Evicted: ${why}.` : `To be evicted, because ${why}; a PodDisruptionBudget forbids it for now, and it is tried again.`;
}
