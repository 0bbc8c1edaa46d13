import { describe, expect, test } from 'vitest';
import { readCapturedPort } from '../../../src/adapters/network/captured-port.ts';
import { byHost, readFixedName } from '../../../src/adapters/network/fixed-name.ts';

describe('a fixed name', () => {
  test.each([
    ['API.example.com:192.0.2.7', 'api.example.com', '192.0.2.7'],
    ['api.example.com:[2001:DB8::7]', 'api.example.com', '2001:db8::7'],
    ['api.example.com:2001:db8::7', 'api.example.com', '2001:db8::7'],
  ])('%s is understood', (text, host, address) => {
    expect(readFixedName(text)).toEqual({ ok: true, host, address });
  });

  test.each([
    ['api.example.com', 'expected HOST:ADDRESS, got "api.example.com"'],
    [':192.0.2.7', 'expected HOST:ADDRESS, got ":192.0.2.7"'],
    ['api.example.com:443:192.0.2.7', 'expected an IP address after the host, got "443:192.0.2.7"'],
    ['api.example.com:other.example.com', 'expected an IP address after the host, got "other.example.com"'],
    ['api.example.com:127.1', 'expected an IP address after the host, got "127.1"'],
  ])('%s is refused', (text, sentence) => {
    expect(readFixedName(text)).toEqual({ ok: false, sentence });
  });

  test('may have several addresses, which keep their order', () => {
    const names = ['a.example:192.0.2.2', 'b.example:192.0.2.3', 'a.example:192.0.2.1'].map(readFixedName).filter((name) => name.ok);
    expect([...byHost(names)]).toEqual([['a.example', ['192.0.2.2', '192.0.2.1']], ['b.example', ['192.0.2.3']]]);
  });
});

describe('a captured port', () => {
  test('is a port and its listener', () => {
    expect(readCapturedPort('443:15002')).toEqual({ port: 443, listener: 15002 });
  });

  test.each(['443', '443:', ':15002', '443:15002:1', '0:15002', '443:65536', '0443:15002', ' 443:15002', '443:-1', '4e2:15002', 'https:15002'])('%j is refused', (text) => {
    expect(readCapturedPort(text)).toBeUndefined();
  });
});
