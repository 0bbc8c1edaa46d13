import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences, same } from '../../../src/core/checks/differences.ts';

describe('differences of JSON values', () => {
  test('are told by field path', () => {
    expect(differences({ a: [1, { b: 2 }], c: 3 }, { a: [1, { b: 4 }], d: 5 })).toEqual([
      { field: 'a[1].b', got: 2, expected: 4 },
      { field: 'c', got: 3, expected: undefined },
      { field: 'd', got: undefined, expected: 5 },
    ]);
  });

  test('a list is no object, and members of the prototype are none', () => {
    expect(same([], {})).toBe(false);
    expect(same(JSON.parse('{"__proto__":1}'), {})).toBe(false);
    expect(same({ toString: undefined }, {})).toBe(true);
  });

  test('stop at the limit', () => {
    expect(differences([1, 2, 3], [4, 5, 6], 'x', 2).map(({ field }) => field)).toEqual(['x[0]', 'x[1]']);
  });

  test('are none between a value and its copy, and some as soon as the text differs', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(same(a, structuredClone(a))).toBe(true);
      expect(same(a, b)).toBe(same(b, a));
    }), { numRuns: 300 });
  });
});
