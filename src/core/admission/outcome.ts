import type { Fault, Finding } from '../checks/check.ts';
import type { Pod } from '../checks/pod.ts';
import type { Weight } from './answer.ts';
import { ownFault } from './own-fault.ts';

/** What one way of reviewing found, before Exemptions and the namespace's mode. */
export interface Outcome {
  readonly faults: readonly Fault[];
  readonly weight: Weight;
  /** The pod that it is about, for Exemptions; absent where nobody is exempt. */
  readonly pod?: Pod;
}

export const NOTHING_WRONG: Outcome = { faults: [], weight: 'by-mode' };

/** Nobody could even read what was asked: denied in every mode. */
export function unreadable(findings: readonly Finding[]): Outcome {
  return { faults: findings.map(ownFault), weight: 'absolute' };
}

/** A finding below a place of the object. */
export function below<F extends Finding>(place: string, finding: F): F {
  return place === '' ? finding : { ...finding, field: [place, finding.field].filter((step) => step !== '').join('.') };
}
