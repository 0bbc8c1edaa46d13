import { isObject } from '../terms/is-object.ts';
/** One place where JSON has not the type it should have; `field` is its path, such as `spec.containers[0].env`. */
export interface Misfit {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** Tells whether hostile JSON has a type, noting every place where it has not, from the value itself. Members that no shape names are left alone. */
export interface Shape<T> {
  (value: unknown, misfits: Misfit[]): value is T;
}

export type Shaped<S> = S extends Shape<infer T> ? T : never;

// A hostile object of 3 MiB can be wrong in a million places.
const MOST_MISFITS = 50;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type Members<R extends Shapes, O extends Shapes> = { readonly [K in keyof R]: Shaped<R[K]> } & { readonly [K in keyof O]?: Shaped<O[K]> };

export const text: Shape<string> = leaf('a string', (value) => typeof value === 'string');
export const flag: Shape<boolean> = leaf('true or false', (value) => typeof value === 'boolean');
export const integer: Shape<number> = leaf('a whole number', (value) => Number.isSafeInteger(value));
export const textOrNumber: Shape<string | number> = leaf('a string or a number', (value) => typeof value === 'string' || Number.isFinite(value));
/** An object of which nothing more is asked. */
export const anyObject: Shape<Readonly<Record<string, unknown>>> = leaf('an object', isObject);

/** An object with members that must be there and members that may. */
export function record<R extends Shapes, O extends Shapes>(required: R, optional: O): Shape<Members<R, O>> {
  const known = Object.entries({ ...required, ...optional }).map(([name, shape]) => ({ name, shape, needed: Object.hasOwn(required, name) }));
  return (value, misfits): value is Members<R, O> => {
    if (!isObject(value)) return misfit(value, 'an object', misfits);
    let fits = true;
    for (const { name, shape, needed } of known) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member === undefined && !needed) continue;
      const before = misfits.length;
      if (!shape(member, misfits)) fits = within(name, misfits, before);
    }
    return fits;
  };
}

export function listOf<T>(element: Shape<T>): Shape<readonly T[]> {
  return (value, misfits): value is readonly T[] => {
    if (!Array.isArray(value)) return misfit(value, 'a list', misfits);
    let fits = true;
    for (let index = 0; index < value.length; index += 1) {
      const before = misfits.length;
      if (!element(value[index], misfits)) fits = within(`[${index}]`, misfits, before);
    }
    return fits;
  };
}

export function mapOf<T>(element: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, misfits): value is Readonly<Record<string, T>> => {
    if (!isObject(value)) return misfit(value, 'an object', misfits);
    let fits = true;
    for (const [name, one] of Object.entries(value)) {
      const before = misfits.length;
      if (!element(one, misfits)) fits = within(`[${JSON.stringify(name)}]`, misfits, before);
    }
    return fits;
  };
}

function leaf<T>(expected: string, fits: (value: unknown) => boolean): Shape<T> {
  return (value, misfits): value is T => fits(value) || misfit(value, expected, misfits);
}

function misfit(value: unknown, expected: string, misfits: Misfit[]): false {
  if (misfits.length < MOST_MISFITS) misfits.push({ field: '', expected, got: describe(value) });
  return false;
}

/** Puts a step before the paths noted since there were `before`. Paths are made only where something is wrong, since nearly always nothing is. */
function within(step: string, misfits: Misfit[], before: number): false {
  const noted = misfits.splice(before);
  misfits.push(...noted.map((one) => ({ ...one, field: one.field === '' || one.field.startsWith('[') ? `${step}${one.field}` : `${step}.${one.field}` })));
  return false;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value).slice(0, 40)}`;
}
