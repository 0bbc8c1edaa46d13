import { BlockList } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseAddress } from '../../../src/core/address/address.ts';
import { contains, maskedRange, overlaps, parseRange } from '../../../src/core/address/range.ts';

describe('a range', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['127.0.0.1', '127.0.0.1/32'],
    ['FC00::/7', 'fc00::/7'],
    ['::1', '::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is read as %s', (text, canonical) => {
    expect(parseRange(text)?.text).toBe(canonical);
  });

  test.each(['10.0.0.5/8', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/8/8', '10/8', 'example.com', '', '/8', '10.0.0.0/-1', 'fe80::1%eth0/64'])('%s is none', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  test('with bits beyond its length has a right spelling to propose', () => {
    expect(maskedRange('10.0.0.5/8')?.text).toBe('10.0.0.0/8');
  });

  test('contains what Node\'s BlockList says it does', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.nat({ max: 32 }), (base, value, length) => {
      const range = maskedRange(`${addressOf(4, base).text}/${length}`);
      const address = addressOf(4, value);
      const oracle = new BlockList();
      oracle.addSubnet(addressOf(4, base).text, length);
      expect(range && contains(range, address)).toBe(oracle.check(address.text));
    }), { numRuns: 300 });
  });

  test('of one family contains nothing of the other', () => {
    const all = parseRange('::/0');
    const address = parseAddress('192.0.2.1');
    expect(all && address && contains(all, address)).toBe(false);
  });
});

test.each([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.1.0.0/16', '10.0.0.0/8', true],
  ['10.0.0.0/9', '10.128.0.0/9', false],
  ['0.0.0.0/0', '::/0', false],
])('%s and %s overlap: %s', (one, other, expected) => {
  const [left, right] = [parseRange(one), parseRange(other)];
  expect(left && right && overlaps(left, right)).toBe(expected);
});
