import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelay } from '../../../src/adapters/network/retry-delay.ts';

test.each([
  [0, 0, 100],
  [1, 0, 100],
  [1, 0.5, 150],
  [2, 0, 200],
  [3, 0, 400],
  [8, 0, 12_800],
  [9, 0, 15_000],
  [1_000_000, 0, 15_000],
])('after %i failures and with %f of jitter %i ms', (failures, random, expected) => {
  expect(retryDelay(failures, random)).toBe(expected);
});

test('never longer than half a minute, never less than half of what it would be without jitter', () => {
  fc.assert(fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, random) => {
    const delay = retryDelay(failures, random);
    expect(delay).toBeLessThanOrEqual(30_000);
    expect(delay).toBeGreaterThanOrEqual(retryDelay(failures, 0));
  }), { numRuns: 300 });
});
