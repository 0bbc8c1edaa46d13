import { isObject } from '../terms/is-object.ts';
/** One place where JSON has not the type it should have; `field` is its path, such as `spec.containers[0].env`. */
export interface Misfit {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/** Tells whether hostile JSON has a type, noting every place where it has not. Members that no shape names are left alone. */
export interface Shape<T> {
  (value: unknown, field: string, misfits: Misfit[]): value is T;
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
  const known = Object.entries({ ...required, ...optional });
  return (value, field, misfits): value is Members<R, O> => {
    if (!isObject(value)) return misfit(value, field, 'an object', misfits);
    let fits = true;
    for (const [name, shape] of known) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member === undefined && !Object.hasOwn(required, name)) continue;
      if (!shape(member, join(field, name), misfits)) fits = false;
    }
    return fits;
  };
}

export function listOf<T>(element: Shape<T>): Shape<readonly T[]> {
  return (value, field, misfits): value is readonly T[] => {
    if (!Array.isArray(value)) return misfit(value, field, 'a list', misfits);
    return value.map((one, index) => element(one, `${field}[${index}]`, misfits)).every(Boolean);
  };
}

export function mapOf<T>(element: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, field, misfits): value is Readonly<Record<string, T>> => {
    if (!isObject(value)) return misfit(value, field, 'an object', misfits);
    return Object.entries(value).map(([name, one]) => element(one, `${field}[${JSON.stringify(name)}]`, misfits)).every(Boolean);
  };
}

function leaf<T>(expected: string, fits: (value: unknown) => boolean): Shape<T> {
  return (value, field, misfits): value is T => fits(value) || misfit(value, field, expected, misfits);
}

function misfit(value: unknown, field: string, expected: string, misfits: Misfit[]): false {
  if (misfits.length < MOST_MISFITS) misfits.push({ field, expected, got: describe(value) });
  return false;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value).slice(0, 40)}`;
}

function join(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}
