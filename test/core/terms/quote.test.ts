import { expect, test } from 'vitest';
import { quoted, unicodeName } from '../../../src/core/terms/quote.ts';

test.each([
  ['plain', '"plain"'],
  ['a"b\\c', '"a\\u{22}b\\u{5c}c"'],
  ['\0\n\u202e', '"\\u{0}\\u{a}\\u{202e}"'],
  ['😀', '"\\u{1f600}"'],
  ['x'.repeat(81), `"${'x'.repeat(80)}..."`],
])('hostile text %j is shown as %s', (text, shown) => {
  expect(quoted(text)).toBe(shown);
});

test.each([['a', 'U+0061'], ['😀', 'U+1F600']])('%s is named %s', (character, name) => {
  expect(unicodeName(character)).toBe(name);
});
