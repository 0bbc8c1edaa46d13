import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, parseAddress } from '../../../src/core/address/address.ts';
import { classifyAddress } from '../../../src/core/address/classify.ts';

const classOf = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && classifyAddress(address);
};

describe('what an address is', () => {
  test.each([
    ['8.8.8.8', 'public'], ['1.1.1.1', 'public'], ['2606:4700::1', 'public'],
    ['0.0.0.0', 'unspecified'], ['0.1.2.3', 'unspecified'], ['::', 'unspecified'],
    ['127.0.0.1', 'loopback'], ['127.255.255.254', 'loopback'], ['::1', 'loopback'],
    ['10.0.0.1', 'private'], ['172.16.0.1', 'private'], ['172.31.255.255', 'private'], ['172.32.0.0', 'public'], ['192.168.1.1', 'private'],
    ['fd12::1', 'private'], ['fec0::1', 'private'],
    ['100.64.0.1', 'shared'], ['100.128.0.0', 'public'],
    ['169.254.0.1', 'link-local'], ['fe80::1', 'link-local'],
    ['169.254.169.254', 'metadata'], ['169.254.170.2', 'metadata'], ['fd00:ec2::254', 'metadata'], ['168.63.129.16', 'metadata'], ['100.100.100.200', 'metadata'], ['192.0.0.192', 'metadata'],
    ['224.0.0.1', 'multicast'], ['ff02::1', 'multicast'],
    ['192.0.2.1', 'documentation'], ['198.51.100.1', 'documentation'], ['203.0.113.1', 'documentation'], ['2001:db8::1', 'documentation'], ['3fff::1', 'documentation'],
    ['198.18.0.1', 'synthetic'], ['198.19.255.255', 'synthetic'], ['198.20.0.0', 'public'],
    ['192.0.0.1', 'reserved'], ['240.0.0.1', 'reserved'], ['255.255.255.255', 'reserved'], ['4000::1', 'reserved'], ['100::1', 'reserved'],
  ])('%s is %s', (text, expected) => {
    expect(classOf(text)).toBe(expected);
  });
});

describe('an IPv4 address inside an IPv6 address decides where it is worse (E5)', () => {
  test.each([
    ['IPv4-mapped', '::ffff:127.0.0.1', 'loopback'],
    ['IPv4-compatible', '::10.0.0.1', 'private'],
    ['IPv4-translated', '::ffff:0:169.254.169.254', 'metadata'],
    ['NAT64', '64:ff9b::a00:1', 'private'],
    ['NAT64 to a public address', '64:ff9b::808:808', 'public'],
    ['local NAT64 of 96 bits', '64:ff9b:1::a00:1', 'private'],
    ['local NAT64 of 48 bits', '64:ff9b:1:a00:0:100::', 'private'],
    ['local NAT64 of 56 bits', '64:ff9b:1:a:0:1::', 'private'],
    ['local NAT64 of 64 bits', '64:ff9b:1:0:a:0:100:0', 'private'],
    ['local NAT64 to a public address', '64:ff9b:1::808:808', 'reserved'],
    ['6to4', '2002:7f00:1::', 'loopback'],
    ['6to4 to a public address', '2002:808:808::', 'reserved'],
    ['Teredo, by its client', '2001:0:808:808:0:0:80ff:fffe', 'loopback'],
    ['Teredo, by its server', '2001:0:a00:1:0:0:f7f7:f7f7', 'private'],
    ['ISATAP under a public prefix', '2606:4700::5efe:a00:1', 'private'],
    ['ISATAP with the universal bit', '2606:4700::200:5efe:7f00:1', 'loopback'],
    ['ISATAP to a public address', '2606:4700::5efe:808:808', 'public'],
  ])('%s: %s is %s', (_, text, expected) => {
    expect(classOf(text)).toBe(expected);
  });

  test('no address is made public by wrapping one that is not', () => {
    const wraps: readonly ((quad: bigint) => bigint)[] = [
      (quad) => (0xffffn << 32n) | quad,
      (quad) => quad,
      (quad) => (0x64_ff9bn << 96n) | quad,
      (quad) => (0x2002n << 112n) | (quad << 80n),
      (quad) => (0x2001_0000n << 96n) | (quad << 64n),
      (quad) => (0x2001_0000n << 96n) | (0xffff_ffffn ^ quad),
      (quad) => (0x2606_4700n << 96n) | (0x5efen << 32n) | quad,
    ];
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }), fc.constantFrom(...wraps), (quad, wrap) => {
      if (classifyAddress(addressOf(4, quad)) !== 'public') expect(classifyAddress(addressOf(6, wrap(quad)))).not.toBe('public');
    }), { numRuns: 1_000 });
  });
});
