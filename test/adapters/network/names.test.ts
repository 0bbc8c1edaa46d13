import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSyntheticNames } from '../../../src/adapters/network/names.ts';
import { parseAddress } from '../../../src/core/address/address.ts';
import { contains } from '../../../src/core/address/range.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';
import { SYNTHETIC_RANGE } from '../../../src/core/terms/fixed-names.ts';

const host = (name: string): HostName => name as HostName;

describe('synthetic names', () => {
  test('an address stands for the name it was given out for, and the name keeps it', () => {
    const names = createSyntheticNames();
    const address = names.addressOf(host('api.example.com'));
    expect(names.nameOf(address)).toBe('api.example.com');
    expect(names.addressOf(host('api.example.com'))).toBe(address);
    expect(names.size).toBe(1);
  });

  test('an address that was never given out stands for nothing', () => {
    expect(createSyntheticNames().nameOf('198.18.1.1')).toBeUndefined();
  });

  test('after a restart a name has the address it had', () => {
    expect(createSyntheticNames().addressOf(host('api.example.com'))).toBe(createSyntheticNames().addressOf(host('api.example.com')));
  });

  test('every address lies within the range, away from its ends, and no two names share one', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.domain(), { maxLength: 50 }), (domains) => {
      const names = createSyntheticNames();
      const addresses = domains.map((domain) => names.addressOf(host(domain)));
      expect(new Set(addresses).size).toBe(domains.length);
      for (const address of addresses) {
        expect(contains(SYNTHETIC_RANGE, parseAddress(address)!)).toBe(true);
        expect(address).not.toMatch(/^198\.18\.0\.|^198\.19\.255\./);
      }
      expect(addresses.map((address) => names.nameOf(address))).toEqual(domains);
    }), { numRuns: 200 });
  });

  test('beyond its capacity the name unused for longest is given up, and its address stands for nothing', () => {
    const names = createSyntheticNames(2);
    const [first, second] = [names.addressOf(host('a.example')), names.addressOf(host('b.example'))];
    names.nameOf(first);
    const third = names.addressOf(host('c.example'));
    expect([first, second, third].map((address) => names.nameOf(address))).toEqual(['a.example', undefined, 'c.example']);
    expect(names.size).toBe(2);
  });

  test('names without number stay within the bound', () => {
    const names = createSyntheticNames(100);
    for (let index = 0; index < 5_000; index += 1) names.addressOf(host(`n${index}.example`));
    expect(names.size).toBe(100);
  });

  test('a table full of names never has one address for two of them, nor a name without its address', () => {
    const names = createSyntheticNames(60_000);
    const given = new Map<string, string>();
    for (let index = 0; index < 40_000; index += 1) given.set(names.addressOf(host(`n${index}.example`)), `n${index}.example`);
    for (const [address, name] of given) expect(names.nameOf(address)).toBe(name);
    expect(names.size).toBe(given.size);
  });
});
