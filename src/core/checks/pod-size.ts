import { isObject } from '../terms/is-object.ts';
import type { Misfit } from './shape.ts';

/** Each far above what a node would run, and in all what a review takes milliseconds for. */
const MOST_CONTAINERS = 100;
const MOST_VOLUMES = 200;
/** JSON values of every kind and at every depth: variables, mounts, arguments, ports, labels and whatever else an object may list. */
const MOST_VALUES = 50_000;
const DEEPEST = 64;

/**
 * What hostile JSON has too much of to be judged at all, before any work is spent on it: a body of 3 MiB can hold 160,000 containers,
 * each with a dozen faults and a patch of two kilobytes.
 */
export function oversize(value: unknown): Misfit | undefined {
  const spec = isObject(value) && isObject(value['spec']) ? value['spec'] : {};
  const containers = lengthOf(spec['containers']) + lengthOf(spec['initContainers']) + lengthOf(spec['ephemeralContainers']);
  if (containers > MOST_CONTAINERS) return { field: 'spec', expected: `at most ${MOST_CONTAINERS} containers of all kinds`, got: String(containers) };
  const volumes = lengthOf(spec['volumes']);
  if (volumes > MOST_VOLUMES) return { field: 'spec.volumes', expected: `at most ${MOST_VOLUMES} volumes`, got: String(volumes) };
  const left = valuesLeft(value, MOST_VALUES, DEEPEST);
  if (left === 'too deep') return { field: '', expected: `at most ${DEEPEST} levels`, got: 'more' };
  return left < 0 ? { field: '', expected: `at most ${MOST_VALUES} values in all (variables, mounts, arguments, labels and so on)`, got: 'more' } : undefined;
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/** What remains of a budget after a value and all below it; gives up where it is spent or the nesting too deep. */
function valuesLeft(value: unknown, budget: number, levels: number): number | 'too deep' {
  let left: number | 'too deep' = budget - 1;
  if (typeof value !== 'object' || value === null) return left;
  if (levels === 0) return 'too deep';
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    left = valuesLeft(member, left, levels - 1);
    if (left === 'too deep' || left < 0) return left;
  }
  return left;
}
