import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuantity, parseQuantity } from '../../../src/core/checks/quantity.ts';

const NANO = 1_000_000_000n;

describe('quantities', () => {
  test.each<[string | number, bigint]>([
    ['1', NANO], [1, NANO], ['500m', NANO / 2n], ['0.5', NANO / 2n], ['.5', NANO / 2n], ['1.', NANO], ['1k', 1000n * NANO], ['1Ki', 1024n * NANO],
    ['1.5Gi', 1_610_612_736n * NANO], ['2e3', 2000n * NANO], ['2E3', 2000n * NANO], ['1e-3', NANO / 1000n], ['1E', NANO * 10n ** 18n], ['1Ei', NANO << 60n], ['1n', 1n], ['0.1n', 1n],
  ])('%s is read', (text, amount) => {
    expect(parseQuantity(text)).toBe(amount);
  });

  test.each(['', '.', '-1', '+1', '1 Gi', '1gi', '1K', '1e', '1e999', ' 1', '1\n', '0x10', 'Infinity', '1'.repeat(21)])('%j is not', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test.each([
    ['1000m', '1'], ['1024Mi', '1Gi'], ['1536Mi', '1536Mi'], ['0.5', '500m'], ['1500M', '1500M'], ['1000Ki', '1000Ki'], ['0', '0'], ['0Gi', '0'], ['1000', '1k'], ['20m', '20m'], ['1e3', '1e3'], ['much', 'much'],
  ])('%s is spelt %s by the API server', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  test('the canonical spelling means the same and stays as it is', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 31 }), fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti'), (amount, suffix) => {
      const canonical = canonicalQuantity(`${amount}${suffix}`);
      expect(parseQuantity(canonical)).toBe(parseQuantity(`${amount}${suffix}`));
      expect(canonicalQuantity(canonical)).toBe(canonical);
    }), { numRuns: 500 });
  });
});
