import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask, MaskedStream } from '../../../../src/core/traffic/credential/mask.ts';

/** All that comes out of a stream in these pieces. */
function through(secret: string, pieces: readonly Buffer[]): { readonly out: Buffer; readonly passages: number } {
  const stream = new MaskedStream(new Mask([secret]));
  const out = Buffer.concat([...pieces.map((piece) => Buffer.from(stream.data(piece))), stream.end()]);
  return { out, passages: stream.passages };
}

function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (whole.length + 1)), whole.length].sort((one, other) => one - other);
  return ends.map((end, index) => whole.subarray(index === 0 ? 0 : ends[index - 1], end));
}

/** Also of few letters, so that they overlap with themselves and with what stands around them. */
const secrets = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '*', '#'), minLength: 8, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }),
  fc.string({ unit: 'binary-ascii', minLength: 8, maxLength: 200 }),
).filter((text) => text.isWellFormed());

const SPELLINGS: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in JSON', (secret) => JSON.stringify({ token: secret })],
  ['percent-encoded', (secret) => `?a=${encodeURIComponent(secret)}&b`],
  ['in JSON in JSON', (secret) => JSON.stringify(JSON.stringify(secret))],
  ['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in a form', (secret) => new URLSearchParams({ a: secret }).toString()],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
];

describe('a secret in an answer', () => {
  test('is in no window of what comes out, whatever it is, whatever stands around it and however it is cut', () => {
    fc.assert(fc.property(secrets, fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '*', '#', ' ') }), fc.nat(12))), fc.array(fc.nat(400)), fc.constantFrom(...SPELLINGS), (secret, around, places, [, spell]) => {
      // Whole ones, and beginnings of one that run into the next.
      const text = around.map(([before, length]) => `${before}${secret.slice(0, length)}${spell(secret)}`).join('');
      const whole = Buffer.from(text.toWellFormed());
      const { out } = through(secret, cut(whole, places));
      expect(out.length).toBe(whole.length);
      expect(out.includes(Buffer.from(secret))).toBe(false);
      if (around.length > 0) expect(out.includes(Buffer.from(spell(secret)))).toBe(false);
    }), { numRuns: 2_000 });
  });

  test.each(SPELLINGS)('is covered by as many bytes: %s', (_, spell) => {
    const secret = 'p@ss/w+rd "ö" <1234>';
    const text = `before ${spell(secret)} after`;
    const { out, passages } = through(secret, [Buffer.from(text)]);
    expect(out.length).toBe(Buffer.byteLength(text));
    expect(passages).toBeGreaterThan(0);
    expect(out.toString()).toMatch(/^before .* after$/);
    expect(out.includes(Buffer.from(spell(secret)))).toBe(false);
  });

  test.each([0, 1, 2])('is covered in base64 of a longer text, %i bytes into a group', (offset) => {
    const encoded = Buffer.from(`${'x'.repeat(3 + offset)}sk-0123456789:rest`).toString('base64');
    const { out, passages } = through('sk-0123456789', [Buffer.from(encoded)]);
    expect(passages).toBe(1);
    expect(Buffer.from(out.toString(), 'base64').toString('latin1')).not.toMatch(/0123|456|789/);
  });

  test('is covered byte by byte as in one piece', () => {
    const text = Buffer.from('{"a":"sk-0123456789","b":"sk-0123456789"}');
    const whole = through('sk-0123456789', [text]);
    expect(whole.passages).toBe(2);
    expect(through('sk-0123456789', cut(text, [...text.keys()]))).toEqual(whole);
  });
});

test.each(['utf16le', 'swapped'])('a secret is covered in UTF-16, %s', (encoding) => {
  const wide = Buffer.from('<sk-0123456789>', 'utf16le');
  const { out, passages } = through('sk-0123456789', cut(encoding === 'swapped' ? wide.swap16() : wide, [3, 7, 11]));
  expect(passages).toBeGreaterThan(0);
  expect(out.toString('latin1')).not.toMatch(/[0-9]/);
});

test('nothing is held back that cannot become a secret, and never more than the longest spelling', () => {
  const stream = new MaskedStream(new Mask(['sk-0123456789']));
  expect(Buffer.from(stream.data(Buffer.from('data: one\n\n'))).toString()).toBe('data: one\n\n');
  expect(Buffer.from(stream.data(Buffer.from('data: sk-01'))).toString()).toBe('data: ');
  expect(Buffer.from(stream.data(Buffer.from('x\n\n'))).toString()).toBe('sk-01x\n\n');
  expect(Buffer.from(stream.data(Buffer.from('sk-0'))).toString()).toBe('');
  expect(Buffer.from(stream.end()).toString()).toBe('sk-0');
});

test('what holds no secret comes out as it went in', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (bytes, places) => {
    expect(through('sk-0123456789', cut(Buffer.from(bytes), places))).toEqual({ out: Buffer.from(bytes), passages: 0 });
  }));
});
