import type { z } from 'zod';
import type { agentPolicy } from './schema/agent-policy.ts';

/** Deeply read-only. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** One policy as written, defaults filled in, JSON-serialisable. What each member means stands in the schema. */
export type AgentPolicy = Immutable<z.output<typeof agentPolicy>>;
export type Tool = AgentPolicy['spec']['tools'][number];
/** Exactly one of `allow`, `deny` and `hold` is present. */
export type Rule = Tool['rules'][number];
/** Absent list: any; empty list: none. */
export type Match = NonNullable<Rule['allow']>;
export type Access = NonNullable<Tool['access']>;
