export interface Difference {
  readonly field: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/**
 * Where two JSON values differ, by field path; at most `limit` places. A member that is absent counts as `undefined`.
 * Nesting deeper than the shallower of the two is not followed, so that hostile depth costs nothing.
 */
export function differences(got: unknown, expected: unknown, field = '', limit = 8): Difference[] {
  if (same(got, expected)) return [];
  return unequal(got, expected, field, limit);
}

function unequal(got: unknown, expected: unknown, field: string, limit: number): Difference[] {
  if (!isNested(got) || !isNested(expected) || Array.isArray(got) !== Array.isArray(expected)) return [{ field, expected, got }];
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(got), ...Object.keys(expected)])) {
    if (found.length >= limit) break;
    if (!same(own(got, key), own(expected, key))) found.push(...unequal(own(got, key), own(expected, key), step(got, field, key), limit - found.length));
  }
  return found;
}

/** Whether two JSON values are equal. On the way of every admission, so without the allocations of `differences`. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isNested(a) || !isNested(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => same(one, b[index]));
  return Object.keys(a).every((key) => same(a[key], own(b, key))) && Object.keys(b).every((key) => b[key] === undefined || Object.hasOwn(a, key));
}

type Nested = Readonly<Record<string, unknown>>;

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null;
}

function own(value: Nested, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function step(parent: Nested, field: string, key: string): string {
  if (Array.isArray(parent)) return `${field}[${key}]`;
  return field === '' ? key : `${field}.${key}`;
}
