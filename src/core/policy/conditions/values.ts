import type { CelInput } from '@bufbuild/cel';
import { isObject } from '../../terms/is-object.ts';

/** A condition could not be told, and why, as the end of a sentence. */
export class Untold extends Error {}

const MOST_VALUES = 50_000;
const DEEPEST = 64;

/** JSON as CEL counts: whole numbers are integers there, so that `size(x) < 10` and `x.count < 10` are of one kind. @throws Untold beyond the bounds */
export function celValue(json: unknown): CelInput {
  let values = 0;
  const convert = (value: unknown, depth: number): CelInput => {
    values += 1;
    if (values > MOST_VALUES) throw new Untold(`the JSON has more than ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new Untold(`the JSON is nested more than ${DEEPEST} levels deep`);
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (Array.isArray(value)) return value.map((each: unknown) => convert(each, depth + 1));
    if (isObject(value)) return new Map(Object.entries(value).map(([key, each]) => [key, convert(each, depth + 1)]));
    throw new Untold('the JSON has a value that JSON does not have');
  };
  return convert(json, 0);
}
