import { expect, test } from 'vitest';
import { isStringMap, valueOf } from '../../../src/core/terms/string-map.ts';

test.each<[string, unknown, boolean]>([
  ['an empty object', {}, true],
  ['strings', { a: '1', b: '' }, true],
  ['a number among strings', { a: '1', b: 2 }, false],
  ['null', null, false],
  ['a list', ['a'], false],
])('%s: %o is a map of strings: %s', (_, value, expected) => {
  expect(isStringMap(value)).toBe(expected);
});

test.each(['constructor', 'toString', '__proto__'])('%s is in no map that does not hold it', (name) => {
  expect(valueOf({ a: '1' }, name)).toBeUndefined();
  expect(valueOf({ a: '1' }, 'a')).toBe('1');
});
