import { expect, test } from 'vitest';
import { RecentlyUsed } from '../../../src/core/terms/recently-used.ts';

test('beyond the limit what was asked for least recently is forgotten', () => {
  const kept = new RecentlyUsed<string, number>(2);
  kept.set('a', 1);
  kept.set('b', 2);
  kept.get('a');
  kept.set('c', 3);

  expect([kept.get('a'), kept.get('b'), kept.get('c'), kept.size]).toEqual([1, undefined, 3, 2]);
});

test('what is set again takes no second place', () => {
  const kept = new RecentlyUsed<string, number>(2);
  for (const value of [1, 2, 3]) kept.set('a', value);

  expect([kept.get('a'), kept.size]).toEqual([3, 1]);
});
