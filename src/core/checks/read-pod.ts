import { isObject } from '../terms/is-object.ts';
import type { Finding } from './check.ts';
import { podShape, type Pod } from './pod.ts';
import type { Misfit } from './shape.ts';

export type ReadPod = { readonly ok: true; readonly pod: Pod } | { readonly ok: false; readonly findings: readonly Finding[] };

const DEEPEST = 64;

/**
 * Reads hostile JSON as a pod: `null` members are dropped, as the API server does, and every member that we know has its type.
 * Nesting is bounded, so that nobody who follows can run out of stack.
 */
export function readPod(value: unknown): ReadPod {
  if (isDeeper(value, DEEPEST)) return { ok: false, findings: [finding({ field: '', expected: `at most ${DEEPEST} levels`, got: 'more' })] };
  const candidate = withoutNulls(value);
  const misfits: Misfit[] = [];
  return podShape(candidate, '', misfits) ? { ok: true, pod: candidate } : { ok: false, findings: misfits.map(finding) };
}

function finding({ field, expected, got }: Misfit): Finding {
  return { reason: 'malformed', field, message: `expected ${expected}, got ${got}`, fix: 'write the pod as the Kubernetes API documents it' };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
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
