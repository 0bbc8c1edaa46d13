import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHostPattern } from '../../../src/core/address/pattern.ts';
import { publicSuffixFault } from '../../../src/core/address/public-suffix.ts';
import { hostNames } from './hosts.ts';

function faultOf(text: string): string | undefined {
  const parsed = parseHostPattern(text);
  if (!parsed.ok) return parsed.sentence;
  return publicSuffixFault(parsed.pattern);
}

test.each(['*.com', '*.co.uk', '*.github.io', '*.s3.amazonaws.com', '*.local', '*.COM.', '*.anything.ck', '*.xn--p1ai'])('%s would list strangers (E7)', (text) => {
  expect(faultOf(text)).toMatch(/^".*" would list every name below .*, under which anybody can register one$/);
});

test.each(['*.example.com', '*.example.co.uk', '*.example.github.io', '*.cluster.local', '*.shop.svc.cluster.local', 'github.io', 'com', '192.0.2.1'])('%s would not', (text) => {
  expect(faultOf(text)).toBeUndefined();
});

test('no wildcard stands directly below a top-level domain (E7)', () => {
  fc.assert(fc.property(hostNames(), (name) => {
    const [last = ''] = name.split('.').slice(-1);
    expect(faultOf(`*.${last}`)).toBeDefined();
  }), { numRuns: 300 });
});
