import { randomBytes } from 'node:crypto';
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { callIds } from '../../../src/apps/proxy/call-id.ts';

test('is a UUID of version 7 that tells the time', () => {
  const id = callIds(() => Date.UTC(2026, 0, 2, 3, 4, 5, 678), randomBytes)();

  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toISOString()).toBe('2026-01-02T03:04:05.678Z');
});

test('sorts in the order of making, whatever the clock does, and never repeats', () => {
  assert(property(array(integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 300 }), (steps) => {
    let time = 1_700_000_000_000;
    const next = callIds(() => time, randomBytes);
    const ids = steps.map((step) => {
      time += step;
      return next();
    });
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  }), { numRuns: 200 });
});

test('many within one millisecond still sort', () => {
  const next = callIds(() => 1_700_000_000_000, randomBytes);
  const ids = Array.from({ length: 20_000 }, next);

  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
