import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddressLiteral, parseHost } from '../../../src/core/address/host.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';
import { hostNames } from './hosts.ts';

const vectors = readVectors('host', { keys: ['host', 'sentence'], verdicts: ['accepted', 'refused'] });

describe('a host is read into one normal form or refused with the reason', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const parsed = parseHost(input.toString('utf8'));
    if (only(keys, 'verdict') === 'accepted') expect(parsed).toEqual({ ok: true, host: only(keys, 'host') });
    else expect(parsed).toEqual({ ok: false, sentence: expect.stringContaining(only(keys, 'sentence') ?? '') });
  });
});

describe('whatever the text', () => {
  const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'0123456789abcxfXF.:[]-_%\0é。'.split('')) }), hostNames());

  test('a normal form is read as itself', () => {
    fc.assert(fc.property(texts, (text) => {
      const parsed = parseHost(text);
      if (parsed.ok) expect(parseHost(parsed.host)).toEqual(parsed);
    }), { numRuns: 1_000 });
  });

  test('a normal form holds nothing but lower-case ASCII that a host may hold (E3, E4)', () => {
    fc.assert(fc.property(texts, (text) => {
      const parsed = parseHost(text);
      if (parsed.ok) expect(parsed.host).toMatch(/^[a-z0-9._-]+$|^[0-9a-f:.]+$/);
    }), { numRuns: 1_000 });
  });

  test('case and one trailing dot make no difference to a name (E4)', () => {
    fc.assert(fc.property(hostNames(), (name) => {
      const expected = { ok: true, host: name };
      expect([parseHost(name), parseHost(name.toUpperCase()), parseHost(`${name}.`)]).toEqual([expected, expected, expected]);
    }), { numRuns: 300 });
  });

  test('one foreign character anywhere refuses the whole (E3)', () => {
    const foreign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((character) => !/[A-Za-z0-9._:[\]-]/.test(character));
    fc.assert(fc.property(hostNames(), foreign, fc.nat(), (name, character, place) => {
      const at = place % (name.length + 1);
      expect(parseHost(name.slice(0, at) + character + name.slice(at))).toEqual({ ok: false, sentence: expect.stringContaining(' contains U+') });
    }), { numRuns: 500 });
  });
});

describe('what the WHATWG URL parser takes for an IPv4 address', () => {
  const number = fc.oneof(fc.nat({ max: 255 }), fc.nat({ max: 0xffff_ffff })).chain((value) => fc.constantFrom(String(value), `0x${value.toString(16)}`, `0${value.toString(8)}`, `0X${value.toString(16)}`));
  const spellings = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

  test('is an address here only in the one spelling that all readers share (E5)', () => {
    fc.assert(fc.property(spellings, (text) => {
      const shared = URL.parse(`http://${text}/`)?.hostname === text;
      expect(parseHost(text)).toEqual(shared ? { ok: true, host: text } : { ok: false, sentence: expect.stringContaining('not four decimal octets') });
    }), { numRuns: 1_000 });
  });

  test('is never read as a name (E5)', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcxX.'.split('')), minLength: 1 }), (text) => {
      const parsed = parseHost(text);
      const url = URL.parse(`http://${text}/`)?.hostname ?? '';
      if (/^[0-9]+(?:\.[0-9]+){3}$/.test(url)) expect(parsed.ok && !isAddressLiteral(parsed.host)).toBe(false);
    }), { numRuns: 1_000 });
  });
});

test.each([
  ['192.0.2.1', true],
  ['2001:db8::1', true],
  ['example.com', false],
  ['1.example', false],
  ['cafe', false],
])('%s is an address literal: %s', (text, literal) => {
  const parsed = parseHost(text);
  expect(parsed.ok && isAddressLiteral(parsed.host)).toBe(literal);
});
