import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { compilePolicy } from './compile-policy.ts';
import type { AgentPolicy } from './model.ts';
import { parseObjects } from './parse.ts';
import type { Problem } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

export interface CompileOptions {
  /** Counts up with each change at the snapshot's source. */
  readonly generation: number;
  /** Milliseconds since the epoch after which nothing may be allowed by the snapshot. */
  readonly validUntil?: number;
}

export type Compiled = { readonly snapshot: Snapshot } | { readonly problems: readonly Problem[] };

/** Validates once more (whoever carried the policies here is not trusted to have done so) and precomputes every lookup of `evaluate`. */
export function compile(policies: readonly AgentPolicy[], options: CompileOptions): Compiled {
  const parsed = parseObjects(policies, 'policies');
  if (parsed.problems.length > 0) return { problems: parsed.problems };
  const sorted = frozen(parsed.policies.toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1)));
  const { generation, validUntil } = options;
  const snapshot = {
    generation,
    digest: `sha256:${hash('sha256', canonicalize(sorted) ?? '', 'hex')}`,
    policies: sorted,
    ...(validUntil !== undefined && { validUntil }),
    compiled: frozen(sorted.map(compilePolicy)),
  };
  return { snapshot: Object.freeze(snapshot) };
}

const sortKey = ({ metadata }: AgentPolicy): string => `${metadata.namespace}/${metadata.name}`;

/** Freezes all plain data; the inside of a Map or a Set is shown to nobody as anything but read-only. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
