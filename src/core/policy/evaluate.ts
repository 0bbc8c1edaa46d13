import type { Action } from '../terms/action.ts';
import type { Subject } from '../terms/subject.ts';
import type { Verdict } from '../terms/verdict.ts';
import type { Snapshot } from './snapshot.ts';

/** `now` is in milliseconds since the epoch. */
export function evaluate(_snapshot: Snapshot | undefined, _subject: Subject, _action: Action, _now: number): Verdict {
  return { kind: 'deny', reason: 'policy-missing', sentence: 'not built' };
}
