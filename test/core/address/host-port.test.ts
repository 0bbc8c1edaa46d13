import { describe, expect, test } from 'vitest';
import { parseHostPort } from '../../../src/core/address/host-port.ts';

describe('a host with a port', () => {
  test.each([
    ['api.example.com:443', undefined, 'api.example.com', 443],
    ['API.example.com.:8443', undefined, 'api.example.com', 8443],
    ['api.example.com', 80, 'api.example.com', 80],
    ['192.0.2.1:1', undefined, '192.0.2.1', 1],
    ['[2001:db8::1]:65535', undefined, '2001:db8::1', 65_535],
    ['[2001:db8::1]', 443, '2001:db8::1', 443],
  ])('%s with default %s is %s and %s', (text, fallback, host, port) => {
    expect(parseHostPort(text, fallback)).toEqual({ ok: true, host, port });
  });

  test.each([
    ['api.example.com', undefined, 'has no port'],
    ['api.example.com:', 443, 'has no port'],
    ['api.example.com:0', 443, 'has no port'],
    ['api.example.com:0443', 443, 'has no port'],
    ['api.example.com:65536', 443, 'has no port'],
    ['api.example.com:+443', 443, 'has no port'],
    ['api.example.com: 443', 443, 'has no port'],
    ['api.example.com:443:443', 443, 'stands without brackets'],
    ['2001:db8::1', 443, 'stands without brackets'],
    ['::1:443', 443, 'stands without brackets'],
    ['[::1]443', 443, 'has no port'],
    ['[::1]:443]', 443, 'is not an IPv6 address'],
    ['user@api.example.com:443', 443, 'contains U+0040'],
    [':443', 443, 'the host is empty'],
    ['', 443, 'the host is empty'],
  ])('%s with default %s is refused: %s', (text, fallback, sentence) => {
    expect(parseHostPort(text, fallback)).toEqual({ ok: false, sentence: expect.stringContaining(sentence) });
  });
});
