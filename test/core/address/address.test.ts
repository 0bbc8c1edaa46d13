import { isIPv4, isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseAddress } from '../../../src/core/address/address.ts';

describe('the canonical spelling of an address (RFC 5952)', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::FFFF:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['fe80::', 'fe80::'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseAddress(text)?.text).toBe(canonical);
  });

  test('reads back as the same number', () => {
    const addresses = fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => addressOf(4, value)),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => addressOf(6, value)),
      fc.array(fc.constantFrom(0n, 0n, 0xffffn, 1n), { minLength: 8, maxLength: 8 }).map((groups) => addressOf(6, groups.reduce<bigint>((value, group) => (value << 16n) | group, 0n))),
    );
    fc.assert(fc.property(addresses, (address) => {
      expect(parseAddress(address.text)).toEqual(address);
    }), { numRuns: 500 });
  });
});

test('whatever is read as an address Node reads as one too', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%'.split('')), maxLength: 20 });
  const shapes = fc.array(fc.constantFrom('0', '1', 'ffff', '12345', '', '1.2.3.4', '01'), { maxLength: 9 }).map((groups) => groups.join(':'));
  fc.assert(fc.property(fc.oneof(digits, shapes, fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
    const address = parseAddress(text);
    if (address !== undefined) expect(address.family === 4 ? isIPv4(text) : isIPv6(text)).toBe(true);
    else if (!text.includes('%')) expect(isIPv4(text) || isIPv6(text)).toBe(false);
  }), { numRuns: 1_000 });
});
