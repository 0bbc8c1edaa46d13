import type { Action } from '../terms/action.ts';
import type { Subject } from '../terms/subject.ts';
import type { Verdict } from '../terms/verdict.ts';
import { evaluate } from './evaluate.ts';
import type { Step } from './judge.ts';
import type { Snapshot } from './snapshot.ts';

export interface Explanation {
  readonly verdict: Verdict;
  /** What was looked at, in order. */
  readonly steps: readonly Step[];
}

/** Evaluates, and tells each step: the same code that decides, so that the two cannot disagree. */
export function explain(snapshot: Snapshot | undefined, subject: Subject, action: Action, now: number): Explanation {
  const steps: Step[] = [];
  const verdict = evaluate(snapshot, subject, action, now, (step) => steps.push(step));
  return { verdict, steps };
}
