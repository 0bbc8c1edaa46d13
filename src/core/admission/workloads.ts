import { isObject } from '../terms/is-object.ts';

export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** Where in an object pods stand: the names of members, `[*]` for every element of a list, and `|` before another such path. The empty path is the object itself. */
export type PodPath = readonly string[];

/** One pod or pod template in an object. */
export interface Found {
  /** Its field path, such as `spec.workers[1].template`; empty for the object itself. */
  readonly field: string;
  readonly value: unknown;
}

const EVERY = '[*]';
const OR = '|';

/** Reads paths as profiles write them: `spec.workers[*].template`. */
export function stepsOf(paths: readonly string[]): PodPath {
  return paths.join(`.${OR}.`).replaceAll(EVERY, `.${EVERY}`).split('.');
}

/** A path as profiles write it. */
export function pathText(path: PodPath): string {
  return path.join('.').replaceAll(`.${EVERY}`, EVERY).replaceAll(`.${OR}.`, ', ');
}

/** Everything that stands at a path of hostile JSON: one value, which may be undefined, or as many as the lists on the way have elements. */
export function allAt(object: unknown, path: PodPath): Found[] {
  const end = path.indexOf(OR);
  const first = end < 0 ? path : path.slice(0, end);
  const found = first.reduce<Found[]>((all, name) => all.flatMap((one) => step(one, name)), [{ field: '', value: object }]);
  return end < 0 ? found : [...found, ...allAt(object, path.slice(end + 1))];
}

function step({ field, value }: Found, name: string): Found[] {
  if (name !== EVERY) return [{ field: field === '' ? name : `${field}.${name}`, value: at(value, [name]) }];
  return Array.isArray(value) ? value.map((one: unknown, index) => ({ field: `${field}[${index}]`, value: one })) : [];
}

/** What stands at a path of hostile JSON that has no lists in it. */
export function at(object: unknown, path: PodPath): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), object);
}
