import { describe, expect, test } from 'vitest';
import { readPortNumber, readServer } from '../../../src/apps/proxy/options.ts';

describe('options are read into values or refused with what was expected', () => {
  test.each(['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53'])('a DNS server: %s', (text) => {
    expect(readServer(text)).toBe(text);
  });

  test.each(['dns.example.com', '', '192.0.2', '[192.0.2.1'])('no DNS server: %j', (text) => {
    expect(() => readServer(text)).toThrow('Expected the IP address of a DNS server.');
  });

  test('a port may be 0 for one that the system chooses', () => {
    expect(readPortNumber('0')).toBe(0);
    expect(() => readPortNumber('65536')).toThrow('Expected a port');
    expect(() => readPortNumber('-1')).toThrow('Expected a port');
  });
});
