import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseAddress } from '../../../src/core/address/address.ts';
import { classifyAddress } from '../../../src/core/address/classify.ts';
import { permitsAddress, type AddressAnswer } from '../../../src/core/address/permits.ts';
import { contains, parseRange } from '../../../src/core/address/range.ts';
import type { AddressRange } from '../../../src/core/terms/authority.ts';

function ranges(texts: readonly string[]): AddressRange[] {
  return texts.flatMap((text) => parseRange(text) ?? []);
}

function answer(text: string, ...listed: string[]): AddressAnswer | undefined {
  const address = parseAddress(text);
  return address && permitsAddress(address, ranges(listed));
}

describe('an address may be dialled', () => {
  test.each([
    ['8.8.8.8', []],
    ['64:ff9b::808:808', []],
    ['127.0.0.1', ['127.0.0.0/8']],
    ['10.1.2.3', ['192.168.0.0/16', '10.0.0.0/8']],
    ['fd00::1', ['fc00::/7']],
    ['64:ff9b::a00:1', ['10.0.0.0/8']],
    ['::ffff:10.0.0.1', ['::ffff:0:0/96', '10.0.0.0/8']],
  ])('%s where %j is listed', (text, listed) => {
    expect(answer(text, ...listed)).toEqual({ ok: true });
  });
});

describe('an address may not be dialled', () => {
  test.each([
    ['10.0.0.5', [], 'private', '10.0.0.5 is a private address, and no listed range contains it'],
    ['10.0.0.5', ['10.0.1.0/24'], 'private', '10.0.0.5 is a private address, and no listed range contains it'],
    ['169.254.169.254', [], 'metadata', '169.254.169.254 is an address where a cloud hands out credentials, and no listed range contains it'],
    ['198.18.0.1', ['198.18.0.0/15'], 'synthetic', '198.18.0.1 is one of the proxy\'s own synthetic addresses, which is never dialled'],
    ['198.18.0.1', ['0.0.0.0/0'], 'synthetic', '198.18.0.1 is one of the proxy\'s own synthetic addresses, which is never dialled'],
    ['::ffff:127.0.0.1', ['127.0.0.0/8'], 'reserved', '::ffff:127.0.0.1 is a reserved address, and no listed range contains it'],
    ['::ffff:127.0.0.1', ['::/0'], 'loopback', '::ffff:127.0.0.1 contains 127.0.0.1, a loopback address, and no listed range contains it'],
    ['64:ff9b::7f00:1', [], 'loopback', '64:ff9b::7f00:1 contains 127.0.0.1, a loopback address, and no listed range contains it'],
    ['64:ff9b::c612:1', ['::/0', '0.0.0.0/0'], 'synthetic', '64:ff9b::c612:1 contains 198.18.0.1, one of the proxy\'s own synthetic addresses, which is never dialled'],
  ])('%s where %j is listed: %s', (text, listed, found, sentence) => {
    expect(answer(text, ...listed)).toEqual({ ok: false, class: found, sentence });
  });
});

test('without a listed range exactly the public addresses may be dialled (E5)', () => {
  const addresses = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => addressOf(4, value)),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => addressOf(6, value)),
    fc.tuple(fc.constantFrom(0x64_ff9bn << 96n, 0xffffn << 32n, 0n), fc.bigInt({ min: 0n, max: (1n << 32n) - 1n })).map(([prefix, quad]) => addressOf(6, prefix | quad)),
  );
  fc.assert(fc.property(addresses, (address) => {
    expect(permitsAddress(address, []).ok).toBe(classifyAddress(address) === 'public');
  }), { numRuns: 1_000 });
});

test('an IPv4 address that is not public is never permitted by a range that does not contain it', () => {
  const range = fc.tuple(fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.nat({ max: 32 })).map(([value, length]): AddressRange => {
    const free = BigInt(32 - length);
    return { family: 4, base: (value >> free) << free, length, text: '' };
  });
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => addressOf(4, value)), fc.array(range, { maxLength: 4 }), (address, listed) => {
    const permitted = permitsAddress(address, listed).ok;
    if (permitted && classifyAddress(address) !== 'public') expect(listed.some((each) => contains(each, address))).toBe(true);
  }), { numRuns: 500 });
});
