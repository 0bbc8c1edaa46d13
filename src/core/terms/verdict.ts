import type { Permit } from './permit.ts';
import type { ReasonCode } from './reason.ts';

/** Which line of which policy decided. `policy` is `namespace/name`; `rule` is the rule's name, `access`, or its position as `rules[2]`. */
export interface RuleReference {
  readonly policy: string;
  readonly tool: string;
  readonly rule: string;
}

interface Refusal {
  readonly reason: ReasonCode;
  readonly rule?: RuleReference;
  /** One English sentence that names what was refused. */
  readonly sentence: string;
  /** What would make it pass, said to whoever reads the refusal. */
  readonly hint?: string;
}

export interface Deny extends Refusal {
  readonly kind: 'deny';
}

/** A person has to decide. Where nobody can be asked the one who acts on it treats it as a denial, and says so. */
export interface Hold extends Refusal {
  readonly kind: 'hold';
}

export type Verdict = Deny | Hold | Permit;
