import { expect, test } from 'vitest';
import { errorText } from '../../../src/core/terms/error-text.ts';

test.each([
  [new Error('no room'), 'no room'],
  [new TypeError(''), 'TypeError'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
])('%j says %s', (thrown, expected) => {
  expect(errorText(thrown)).toBe(expected);
});
