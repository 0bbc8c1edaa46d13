import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { authorityText, DEFAULT_PORTS, endpointText, hostText } from '../../../src/core/address/authority-text.ts';
import { parseHostPort } from '../../../src/core/address/host-port.ts';
import { host, hostNames } from './hosts.ts';

test.each([
  ['https', 'api.example.com', 443, 'api.example.com'],
  ['https', 'api.example.com', 80, 'api.example.com:80'],
  ['http', 'api.example.com', 80, 'api.example.com'],
  ['http', 'api.example.com', 443, 'api.example.com:443'],
  ['https', '2001:db8::1', 443, '[2001:db8::1]'],
  ['https', '2001:db8::1', 8443, '[2001:db8::1]:8443'],
] as const)('%s to %s port %i is written %s', (scheme, name, port, expected) => {
  expect(authorityText({ scheme, host: host(name), port })).toBe(expected);
});

test('an endpoint has its port always, a host never', () => {
  expect([endpointText('192.0.2.1', 443), endpointText('2001:db8::1', 443), hostText('2001:db8::1'), hostText('example.com')])
    .toEqual(['192.0.2.1:443', '[2001:db8::1]:443', '[2001:db8::1]', 'example.com']);
});

test('what is written is read again as what it was', () => {
  fc.assert(fc.property(fc.constantFrom('https', 'http'), fc.oneof(hostNames(), fc.ipV4().map(host), fc.constantFrom(host('2001:db8::1'), host('::1'))), fc.integer({ min: 1, max: 65_535 }), (scheme, name, port) => {
    expect(parseHostPort(authorityText({ scheme, host: name, port }), DEFAULT_PORTS[scheme])).toEqual({ ok: true, host: name, port });
  }), { numRuns: 200 });
});
