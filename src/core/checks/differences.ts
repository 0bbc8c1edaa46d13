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
  if (Object.is(got, expected)) return [];
  if (!isNested(got) || !isNested(expected) || Array.isArray(got) !== Array.isArray(expected)) return [{ field, expected, got }];
  const found: Difference[] = [];
  for (const key of new Set([...Object.keys(got), ...Object.keys(expected)])) {
    if (found.length >= limit) break;
    found.push(...differences(own(got, key), own(expected, key), step(got, field, key), limit - found.length));
  }
  return found;
}

/** Whether two JSON values are equal. */
export function same(a: unknown, b: unknown): boolean {
  return differences(a, b, '', 1).length === 0;
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
