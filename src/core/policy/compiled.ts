import type { AddressRange, Scheme } from '../terms/authority.ts';
import type { Capture, Treatment } from '../terms/permit.ts';
import type { RuleReference } from '../terms/verdict.ts';
import type { Effect } from './effects.ts';
import type { AgentPolicy } from './model.ts';
import type { PathPattern } from './paths.ts';
import type { RuleIndex } from './rule-index.ts';

/** What is kept of a call that no tool says more about. */
export const DIGEST_ONLY: Capture = Object.freeze({ payload: 'digest', limit: 0, redact: Object.freeze([]) });

/** A call that is passed on as it is. */
export const PLAIN_TREATMENT: Treatment = Object.freeze({ protocol: 'http', http2: false, strip: Object.freeze([]) });

/** Absent: any. */
export interface CompiledMatch {
  readonly methods?: ReadonlySet<string>;
  readonly paths?: readonly PathPattern[];
}

export interface CompiledRule {
  readonly reference: RuleReference;
  readonly effect: Effect;
  readonly match: CompiledMatch;
  readonly reason?: string;
}

export interface CompiledTool {
  readonly name: string;
  readonly scheme: Scheme;
  readonly ports: readonly number[];
  readonly addresses: readonly AddressRange[];
  readonly denies: RuleIndex;
  readonly holds: RuleIndex;
  readonly allows: RuleIndex;
  /** The access preset as the rule that it stands for; empty without one. */
  readonly access: RuleIndex;
  readonly capture: Capture;
  readonly treatment: Treatment;
}

/** Tools by host pattern: several under one pattern differ in their ports. */
export interface ToolIndex {
  readonly exact: ReadonlyMap<string, readonly CompiledTool[]>;
  /** By the domain after `*.`. */
  readonly below: ReadonlyMap<string, readonly CompiledTool[]>;
}

export interface CompiledPolicy {
  /** `namespace/name` */
  readonly reference: string;
  readonly source: AgentPolicy;
  readonly observes: boolean;
  readonly tools: ToolIndex;
}
