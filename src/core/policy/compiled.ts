import type { AddressRange, Scheme } from '../terms/authority.ts';
import type { CallLimit, Capture, ToolProtocol, Treatment } from '../terms/permit.ts';
import type { RuleReference } from '../terms/verdict.ts';
import type { Effect } from './effects.ts';
import type { Test } from './matchers/tests.ts';
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
  /** What else has to be so, the costly last. */
  readonly tests: readonly Test[];
}

export interface CompiledRule {
  readonly reference: RuleReference;
  readonly effect: Effect;
  readonly match: CompiledMatch;
  /** What it matches is taken out of the request instead of refused. */
  readonly strip: boolean;
  /** It speaks of a WebSocket's messages. */
  readonly ofMessages: boolean;
  /** Of an allow rule: how often it may be used. */
  readonly limits: readonly CallLimit[];
  readonly reason?: string;
}

export interface CompiledTool {
  readonly name: string;
  /** The same, as permits carry it. */
  readonly names: readonly string[];
  readonly protocol: ToolProtocol;
  /** Bytes pass unread. */
  readonly opaque: boolean;
  /** The only path that is called; absent: any. */
  readonly path?: string;
  readonly websocket: boolean;
  readonly scheme: Scheme;
  readonly ports: readonly number[];
  readonly addresses: readonly AddressRange[];
  readonly denies: RuleIndex;
  readonly holds: RuleIndex;
  readonly allows: RuleIndex;
  /** Those of them that speak of a WebSocket's messages; empty: the rules that let the connection pass speak for its messages. */
  readonly messageAllows: RuleIndex;
  /** Deny rules whose tools are taken out of a request to a model instead. */
  readonly strips: readonly CompiledRule[];
  /** The access preset as the rule that it stands for; empty without one. */
  readonly access: RuleIndex;
  readonly capture: Capture;
  readonly treatment: Treatment;
  /** Most bytes of a body that a rule has to see. */
  readonly inspect: number;
  /** Whether any rule has to see bodies, or the protocol is read out of them. */
  readonly readsBodies: boolean;
  /** Of the tool as a whole. */
  readonly limits: readonly CallLimit[];
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
  readonly readsBodies: boolean;
}
