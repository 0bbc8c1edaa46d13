import type { AgentPolicy } from './model.ts';
import type { Problem } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

export interface CompileOptions {
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly validUntil?: number;
}

export type Compiled = { readonly snapshot: Snapshot } | { readonly problems: readonly Problem[] };

/** Validates once more (whoever carried the policies here is not trusted to have done so) and precomputes every lookup of `evaluate`. */
export function compile(_policies: readonly AgentPolicy[], _options: CompileOptions): Compiled {
  return { problems: [] };
}
