import { expect, test } from 'vitest';
import { Deadlines, type Timed } from '../../../src/apps/proxy/deadlines.ts';

function timed(deadlines: Deadlines, milliseconds: number): Timed & { expired: number } {
  const entry = { deadline: deadlines.after(milliseconds), expired: 0, expire: () => { entry.expired += 1; } };
  deadlines.add(entry);
  return entry;
}

test('ends what is overdue, once, and nothing before its time', () => {
  const deadlines = new Deadlines(1_000_000);
  const start = deadlines.after(-1_000_000);
  const [soon, later] = [timed(deadlines, 0), timed(deadlines, 500)];
  deadlines.sweep(start + 1_000_000 + 100);
  deadlines.sweep(start + 1_000_000 + 200);
  expect([soon.expired, later.expired]).toEqual([1, 0]);
  deadlines.sweep(start + 1_000_000 + 600);

  expect([soon.expired, later.expired]).toEqual([1, 1]);
  deadlines.remove(soon);
  deadlines.remove(later);
});

test('a deadline that is moved counts from then on', () => {
  const deadlines = new Deadlines(1_000_000);
  const entry = timed(deadlines, 0);
  entry.deadline = Number.POSITIVE_INFINITY;
  deadlines.sweep(Number.MAX_SAFE_INTEGER);

  expect(entry.expired).toBe(0);
  deadlines.remove(entry);
});

test('what begins after a long quiet, in which nothing was swept, has all of its time', async () => {
  const deadlines = new Deadlines(10);
  deadlines.remove(timed(deadlines, 0));
  await new Promise((resolve) => { setTimeout(resolve, 150); });
  const entry = timed(deadlines, 100);
  await new Promise((resolve) => { setTimeout(resolve, 50); });

  expect(entry.expired).toBe(0);
  deadlines.remove(entry);
});

test('sweeps by itself while there is something to sweep', async () => {
  const deadlines = new Deadlines(5);
  const entry = timed(deadlines, 10);

  await expect.poll(() => entry.expired).toBe(1);
  deadlines.remove(entry);
});
