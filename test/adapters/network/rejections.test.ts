import { describe, expect, test } from 'vitest';
import { columnOf, countRejections, lineOf } from '../../../src/adapters/network/rejections.ts';

const SNMP = `Ip: Forwarding DefaultTTL
Ip: 2 64
Icmp: InMsgs InErrors OutDestUnreachs OutTimeExcds
Icmp: 7 0 42 1
IcmpMsg: OutType3
IcmpMsg: 42
`;

describe('rejections', () => {
  test('are counted from the column that the kernel names', () => {
    expect(columnOf(SNMP, 'Icmp:', 'OutDestUnreachs')).toBe(42);
  });

  test.each([
    ['a column that is not there', columnOf(SNMP, 'Icmp:', 'OutNothing')],
    ['a protocol that is not there', columnOf(SNMP, 'Icmp7:', 'OutDestUnreachs')],
    ['a value that is no number', columnOf('Icmp: A\nIcmp: x\n', 'Icmp:', 'A')],
    ['a line that is not there', lineOf('Ip6InReceives 3\n', 'Icmp6OutDestUnreachs')],
  ])('are unknown for %s', (_, count) => {
    expect(count).toBeUndefined();
  });

  test('over IPv6 are counted from a line of their own', () => {
    expect(lineOf('Ip6InReceives                   \t3\nIcmp6OutDestUnreachs            \t13\n', 'Icmp6OutDestUnreachs')).toBe(13);
  });

  test.skipIf(process.platform !== 'linux')('can be read without any right; skipped where there is no Linux', async () => {
    expect(await countRejections()).toBeTypeOf('number');
  });
});
