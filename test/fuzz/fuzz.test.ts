import { describe, expect, test } from 'vitest';
import { loadTarget, targetNames } from './discover.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';
import { fuzz, type FuzzTarget } from './run.ts';

const names = await targetNames();

describe('every fuzz target survives its seeds and 2000 mutations of them', () => {
  test.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const target = await loadTarget(name);
    const { runs, finding } = await fuzz(target, 1, { runs: 2_000, milliseconds: 20_000 });
    expect(finding && `${String(finding.error)} on ${Buffer.from(finding.input).toString('hex')}`).toBeUndefined();
    expect(runs).toBeGreaterThan(target.seeds.length);
  });
});

const seeds = [Buffer.from('GET / HTTP/1.1\r\n\r\n')];

function inputsOf(seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: 50 }, () => Buffer.from(mutated(seeds, random)).toString('hex'));
}

describe('the fuzzer itself', () => {
  test('finds a property that is violated and hands back the input', async () => {
    const target: FuzzTarget = {
      name: 'no-zero-byte',
      seeds,
      target(bytes) {
        if (bytes.includes(0)) throw new Error('zero byte');
      },
    };
    const { finding } = await fuzz(target, 7, { runs: 5_000, milliseconds: 10_000 });
    expect(finding?.input.includes(0)).toBe(true);
  });

  test('repeats a run with the same seed and makes another with another', () => {
    expect(inputsOf(3)).toEqual(inputsOf(3));
    expect(inputsOf(3)).not.toEqual(inputsOf(4));
  });
});
