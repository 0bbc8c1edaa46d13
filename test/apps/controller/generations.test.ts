import { expect, test } from 'vitest';
import { Generations } from '../../../src/apps/controller/generations.ts';

test.each([
  ['the clock moves', [100, 101, 102], [100, 101, 102]],
  ['the clock stands', [100, 100, 100], [100, 101, 102]],
  ['the clock runs back', [100, 50, 102], [100, 101, 102]],
])('rise strictly while %s', (_name, times, expected) => {
  const generations = new Generations();
  expect(times.map((time) => generations.next('uid-1', time))).toEqual(expected);
});

test('of a restarted controller are above those before, by the clock alone', () => {
  expect(new Generations().next('uid-1', 2_000)).toBeGreaterThan(new Generations().next('uid-1', 1_000));
});

test('of one pod do not move those of another', () => {
  const generations = new Generations();
  generations.next('uid-1', 500);
  expect(generations.next('uid-2', 100)).toBe(100);
});
