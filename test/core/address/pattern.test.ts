import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesHost, parseHostPattern, specificity, type HostPattern } from '../../../src/core/address/pattern.ts';
import { host, hostNames } from './hosts.ts';

function pattern(text: string): HostPattern {
  const parsed = parseHostPattern(text);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return parsed.pattern;
}

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
    ['*.192.0.2.1', 'wildcard before an address', undefined],
    ['*.2001:db8::1', 'wildcard before an address', undefined],
    ['*.exa mple.com', 'contains U+0020', undefined],
    ['bücher.example', 'contains U+00FC', 'xn--bcher-kva.example'],
    ['https://api.example.com/v1', 'contains U+002F', 'api.example.com'],
    ['api.example.com:443', 'is not an IPv6 address', 'api.example.com'],
    ['0x7f.1', 'looks like a number', undefined],
  ])('%s: %s', (text, sentence, nearest) => {
    expect(parseHostPattern(text)).toEqual({ ok: false, sentence: expect.stringContaining(sentence), ...(nearest !== undefined && { nearest }) });
  });
});

describe('a pattern matches', () => {
  test.each([
    ['api.example.com', 'api.example.com', true],
    ['API.Example.com.', 'api.example.com', true],
    ['api.example.com', 'www.example.com', false],
    ['api.example.com', 'x.api.example.com', false],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', 'api.example.com.evil.example', false],
    ['*.shop.svc.cluster.local', 'orders.shop.svc.cluster.local', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['2001:db8:0::1', '2001:db8::1', true],
  ])('%s against %s: %s', (text, name, expected) => {
    expect(matchesHost(pattern(text), host(name))).toBe(expected);
  });

  test('with a wildcard exactly what has one whole label more than its domain (E7)', () => {
    fc.assert(fc.property(hostNames(), hostNames(), (domain, name) => {
      const parsed = parseHostPattern(`*.${domain}`);
      if (!parsed.ok) return;
      expect(matchesHost(parsed.pattern, name)).toBe(name.split('.').slice(1).join('.') === domain);
      expect(matchesHost(parsed.pattern, domain)).toBe(false);
      expect(matchesHost(parsed.pattern, host(`x.${domain}`))).toBe(true);
      expect(matchesHost(parsed.pattern, host(`x.y.${domain}`))).toBe(false);
      expect(matchesHost(parsed.pattern, host(`x${domain}`))).toBe(false);
    }), { numRuns: 500 });
  });

  test('without a wildcard the host itself alone', () => {
    fc.assert(fc.property(hostNames(), hostNames(), (one, other) => {
      expect(matchesHost(pattern(one), other)).toBe(one === other);
    }), { numRuns: 300 });
  });
});

test('an exact host is more specific than any wildcard, and a longer domain than a shorter one', () => {
  const order = ['a.example', '*.very.long.domain.example.com', '*.example.com'].map(pattern).map(specificity);
  expect(order).toEqual(order.toSorted((one, other) => other - one));
});

test('a pattern in normal form is read as itself', () => {
  fc.assert(fc.property(hostNames(), fc.boolean(), (name, wild) => {
    const parsed = parseHostPattern(wild ? `*.${name}` : name);
    if (parsed.ok) expect(parseHostPattern(parsed.pattern.text)).toEqual(parsed);
  }), { numRuns: 300 });
});
