import { isObject } from '../terms/is-object.ts';
import type { Finding } from './check.ts';
import { podShape, type Pod } from './pod.ts';
import { oversize } from './pod-size.ts';
import type { Misfit } from './shape.ts';

export type ReadPod = { readonly ok: true; readonly pod: Pod } | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads hostile JSON as a pod: `null` members are dropped, as the API server does, and every member that we know has its type.
 * Numbers and nesting are bounded first, so that nobody who follows can run out of time, memory or stack.
 */
export function readPod(value: unknown): ReadPod {
  const excess = oversize(value);
  if (excess !== undefined) return { ok: false, findings: [{ ...misfitting(excess), reason: 'too-large', fix: 'split it into several pods' }] };
  const candidate = holdsNull(value) ? withoutNulls(value) : value;
  const misfits: Misfit[] = [];
  return podShape(candidate, misfits) ? { ok: true, pod: candidate } : { ok: false, findings: misfits.map(misfitting) };
}

function misfitting({ field, expected, got }: Misfit): Finding {
  return { reason: 'malformed', field, message: `expected ${expected}, got ${got}`, fix: unquoted(expected, got) ?? 'write the pod as the Kubernetes API documents it' };
}

/** What YAML made of a word such as `y` or of digits, where text was meant. */
function unquoted(expected: string, got: string): string | undefined {
  const kind = /^(?:boolean|number)\b/.exec(got)?.[0];
  return expected !== 'a string' || kind === undefined ? undefined : `put the value in quotes: YAML reads it as a ${kind} without them`;
}

/** On the way of every admission, and nearly always false: without the allocations of `withoutNulls`. */
function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === null;
  if (Array.isArray(value)) return value.some(holdsNull);
  for (const name in value) if (holdsNull(value[name as keyof typeof value])) return true;
  return false;
}

/** The same value where nothing is null, so that a patch or a comparison sees what is really different. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return mapChanged(value, withoutNulls);
  if (!isObject(value)) return value;
  const before = Object.entries(value);
  const after = before.filter(([, member]) => member !== null).map(([name, member]) => [name, withoutNulls(member)] as const);
  const unchanged = after.length === before.length && after.every(([, member], index) => member === before[index]?.[1]);
  return unchanged ? value : Object.fromEntries(after);
}

function mapChanged(values: readonly unknown[], change: (value: unknown) => unknown): readonly unknown[] {
  const changed = values.map(change);
  return changed.every((value, index) => value === values[index]) ? values : changed;
}
