import type { Action } from '../terms/action.ts';
import type { Subject } from '../terms/subject.ts';
import type { Verdict } from '../terms/verdict.ts';
import type { Snapshot } from './snapshot.ts';

export interface Step {
  /** `namespace/name`; absent for steps before any policy. */
  readonly policy?: string;
  readonly tool?: string;
  readonly rule?: string;
  readonly outcome: 'passed' | 'skipped' | 'decided';
  readonly sentence: string;
}

export interface Explanation {
  readonly verdict: Verdict;
  /** What was looked at, in order. */
  readonly steps: readonly Step[];
}

export function explain(_snapshot: Snapshot | undefined, _subject: Subject, _action: Action, _now: number): Explanation {
  return { verdict: { kind: 'deny', reason: 'policy-missing', sentence: 'not built' }, steps: [] };
}
