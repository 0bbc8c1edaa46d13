import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { compilePolicy } from './compile-policy.ts';
import type { AgentPolicy } from './model.ts';
import { formatPath, type Problem } from './problem.ts';
import { recheck, type Rechecked } from './recheck.ts';
import type { Snapshot } from './snapshot.ts';

export interface CompileOptions {
  /** Counts up with each change at the snapshot's source. */
  readonly generation: number;
  /** Milliseconds since the epoch after which nothing may be allowed by the snapshot. */
  readonly validUntil?: number;
}

export type Compiled = { readonly snapshot: Snapshot } | { readonly problems: readonly Problem[] };

/**
 * Precomputes every lookup of `evaluate`. Takes policies as `parsePolicies` and the link give them, and checks them once more: who
 * carried them here is not trusted to have done so. Problems have no position; their file is the policy's place in the list.
 */
export function compile(policies: readonly unknown[], options: CompileOptions): Compiled {
  const read = policies.map(recheck);
  const problems = [...read.flatMap(problemsOf), ...duplicates(read)];
  if (problems.length > 0) return { problems };
  const sorted = frozen(read.flatMap((each) => ('policy' in each ? [plainCopy(each.policy)] : [])).sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)));
  const { generation, validUntil } = options;
  const ready = sorted.map(compilePolicy);
  const snapshot = {
    generation,
    digest: `sha256:${hash('sha256', canonicalize(sorted) ?? '', 'hex')}`,
    policies: sorted,
    ...(validUntil !== undefined && { validUntil }),
    compiled: frozen(ready),
    readsBodies: ready.some(({ readsBodies }) => readsBodies),
  };
  return { snapshot: Object.freeze(snapshot) };
}

function problemsOf(read: Rechecked, index: number): Problem[] {
  if ('policy' in read) return [];
  return read.findings.map(({ path, key, message }) => problem(index, formatPath(key === undefined ? path : [...path, key]), message));
}

function duplicates(read: readonly Rechecked[]): Problem[] {
  const seen = new Set<string>();
  return read.flatMap((each, index) => {
    if (!('policy' in each)) return [];
    const name = nameOf(each.policy);
    if (seen.has(name)) return [problem(index, 'metadata.name', `there are two policies ${name}`)];
    seen.add(name);
    return [];
  });
}

const problem = (index: number, path: string, message: string): Problem => ({ file: `policies[${index}]`, line: 0, column: 0, path, message });

const nameOf = ({ metadata }: AgentPolicy): string => `${metadata.namespace}/${metadata.name}`;

/** Freezing must not reach into what the caller still holds. */
const plainCopy = (policy: AgentPolicy): AgentPolicy => structuredClone(policy);

/** Freezes all plain data; the inside of a Map or a Set is shown to nobody as anything but read-only. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
