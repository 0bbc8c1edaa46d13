import { isObject } from '../terms/is-object.ts';

export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** Where in an object pods stand: the names of members, and `[*]` for every element of a list. The empty path is the object itself. */
export type PodPath = readonly string[];

/** One pod or pod template in an object. */
export interface Found {
  /** Its field path, such as `spec.workers[1].template`; empty for the object itself. */
  readonly field: string;
  readonly value: unknown;
}

const EVERY = '[*]';

/** Reads a path as profiles write it: `spec.workers[*].template`. */
export function stepsOf(path: string): PodPath {
  return path.replaceAll(EVERY, `.${EVERY}`).split('.');
}

/** Everything that stands at a path of hostile JSON: one value, which may be undefined, or as many as the lists on the way have elements. */
export function allAt(object: unknown, path: PodPath): Found[] {
  return path.reduce<Found[]>((found, name) => found.flatMap((one) => step(one, name)), [{ field: '', value: object }]);
}

function step({ field, value }: Found, name: string): Found[] {
  if (name !== EVERY) return [{ field: field === '' ? name : `${field}.${name}`, value: at(value, [name]) }];
  return Array.isArray(value) ? value.map((one: unknown, index) => ({ field: `${field}[${index}]`, value: one })) : [];
}

/** What stands at a path of hostile JSON that has no lists in it. */
export function at(object: unknown, path: PodPath): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), object);
}
