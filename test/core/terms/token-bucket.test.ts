import { expect, test } from 'vitest';
import { TokenBucket } from '../../../src/core/terms/token-bucket.ts';

const taken = (bucket: TokenBucket, times: readonly number[]): boolean[] => times.map((time) => bucket.take(time));

test('lets a burst through, then one each period, and never saves up more than a burst', () => {
  const bucket = new TokenBucket(2, 10, 0);
  expect(taken(bucket, [0, 0, 0, 9, 10, 11, 1_000, 1_000, 1_000])).toEqual([true, true, false, false, true, false, true, true, false]);
});

test('a clock that was set back gives nothing', () => {
  const bucket = new TokenBucket(1, 10, 1_000);
  expect(taken(bucket, [1_000, 0, 9, 10])).toEqual([true, false, false, true]);
});

test('what is given back may be taken again, up to a burst', () => {
  const bucket = new TokenBucket(1, 10, 0);
  expect(bucket.take(0)).toBe(true);
  bucket.giveBack();
  bucket.giveBack();
  expect(taken(bucket, [0, 0])).toEqual([true, false]);
});
