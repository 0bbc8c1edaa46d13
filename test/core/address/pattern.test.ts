import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parentDomain, parseHostPattern } from '../../../src/core/address/pattern.ts';
import { host, hostNames } from './hosts.ts';

describe('a pattern is refused', () => {
  test.each([
    ['*', 'would list every host', undefined],
    ['api*.example.com', 'not the whole first label', '*.example.com'],
    ['*api.example.com', 'not the whole first label', undefined],
    ['api.*.example.com', 'not the whole first label', '*.example.com'],
    ['*.*.example.com', 'not the whole first label', '*.example.com'],
    ['**.example.com', 'not the whole first label', '*.example.com'],
    ['example.*', 'not the whole first label', undefined],
    ['*.', 'the host is empty', undefined],
    ['*.com', 'would list every name below com', undefined],
    ['*.Local.', 'would list every name below local', undefined],
    ['*.192.0.2.1', 'wildcard before an address', undefined],
    ['*.2001:db8::1', 'wildcard before an address', undefined],
    ['*.exa mple.com', 'contains U+0020', undefined],
    ['bücher.example', 'contains U+00FC', 'xn--bcher-kva.example'],
    ['https://api.example.com/v1', 'contains U+002F', 'api.example.com'],
    ['api.example.com:443', 'has a port in it, which stands under ports', 'api.example.com'],
    ['[2001:db8::1]:443', 'has a port in it, which stands under ports', undefined],
    ['0x7f.1', 'looks like a number', undefined],
  ])('%s: %s', (text, sentence, nearest) => {
    expect(parseHostPattern(text)).toEqual({ ok: false, sentence: expect.stringContaining(sentence), ...(nearest !== undefined && { nearest }) });
  });
});

test.each([
  ['api.example.com', 'exact', 'api.example.com', 'api.example.com'],
  ['API.Example.com.', 'exact', 'api.example.com', 'api.example.com'],
  ['*.Example.com', 'below', 'example.com', '*.example.com'],
  ['192.0.2.1', 'exact', '192.0.2.1', '192.0.2.1'],
  ['[2001:db8:0::1]', 'exact', '2001:db8::1', '2001:db8::1'],
])('%s is read as %s %s', (text, kind, name, normal) => {
  expect(parseHostPattern(text)).toEqual({ ok: true, pattern: { kind, host: name, text: normal } });
});

test.each([
  ['a.b.example.com', 'b.example.com'],
  ['localhost', ''],
  ['192.0.2.1', ''],
  ['2001:db8::1', ''],
  ['::ffff:192.0.2.1', ''],
])('without its first label %s is %j', (name, parent) => {
  expect(parentDomain(host(name))).toBe(parent);
});

test('a pattern in normal form is read as itself', () => {
  fc.assert(fc.property(hostNames(), fc.boolean(), (name, wild) => {
    const parsed = parseHostPattern(wild ? `*.${name}` : name);
    if (parsed.ok) expect(parseHostPattern(parsed.pattern.text)).toEqual(parsed);
  }), { numRuns: 300 });
});
