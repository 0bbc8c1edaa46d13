import { describe, expect, test } from 'vitest';
import { readPortNumber, readServer, readSize } from '../../../src/apps/proxy/options.ts';

describe('options are read into values or refused with what was expected', () => {
  test.each(['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53'])('a DNS server: %s', (text) => {
    expect(readServer(text)).toBe(text);
  });

  test.each(['dns.example.com', '', '192.0.2', '[192.0.2.1'])('no DNS server: %j', (text) => {
    expect(() => readServer(text)).toThrow('Expected the IP address of a DNS server.');
  });

  test.each([['768Mi', 805_306_368], ['1Gi', 1_073_741_824], ['1000000', 1_000_000], ['64Ki', 65_536]])('a size: %s', (text, bytes) => {
    expect(readSize(text)).toBe(bytes);
  });

  test.each(['', '0', '-1Mi', '768MB', '1m', '1.5Gi', '16Ei', '99999999999Ti'])('no size: %j', (text) => {
    expect(() => readSize(text)).toThrow('Expected a size in bytes, such as 805306368 or 768Mi.');
  });

  test('a port may be 0 for one that the system chooses', () => {
    expect(readPortNumber('0')).toBe(0);
    expect(() => readPortNumber('65536')).toThrow('Expected a port');
    expect(() => readPortNumber('-1')).toThrow('Expected a port');
  });
});
