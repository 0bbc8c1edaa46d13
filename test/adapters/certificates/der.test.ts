import { expect, test } from 'vitest';
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, octetString, sequence, set, time, utf8String } from '../../../src/adapters/certificates/der.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test.each([
  ['no byte', bytes(), '020100'],
  ['zero', bytes(0), '020100'],
  ['one', bytes(1), '020101'],
  ['the largest that needs no zero before it', bytes(0x7f), '02017f'],
  ['the smallest that would read as negative', bytes(0x80), '02020080'],
  ['zeros before it', bytes(0, 0, 0x7f), '02017f'],
  ['zeros before one that needs one of them', bytes(0, 0, 0x80), '02020080'],
])('an integer of %s is minimal and positive', (_name, magnitude, hex) => {
  expect(integer(magnitude).toString('hex')).toBe(hex);
});

test.each([
  [0, '0400'],
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65_536, '0483010000'],
])('a length of %d is written in the fewest bytes', (size, header) => {
  const written = octetString(new Uint8Array(size));
  expect(written.subarray(0, written.length - size).toString('hex')).toBe(header);
});

test.each([
  ['2.5.4.3', '0603550403'],
  ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
])('object identifier %s', (dotted, hex) => {
  expect(objectIdentifier(dotted).toString('hex')).toBe(hex);
});

test.each([
  ['1950-01-01T00:00:00Z', '170d', '500101000000Z'],
  ['2049-12-31T23:59:59.999Z', '170d', '491231235959Z'],
  ['2050-01-01T00:00:00Z', '180f', '20500101000000Z'],
])('time %s', (instant, header, text) => {
  const written = time(Date.parse(instant));
  expect([written.subarray(0, 2).toString('hex'), written.subarray(2).toString('latin1')]).toEqual([header, text]);
});

test.each([
  ['true', boolean(true), '0101ff'],
  ['false', boolean(false), '010100'],
  ['a bit string', bitString(bytes(0x06), 1), '03020106'],
  ['text', utf8String('é'), '0c02c3a9'],
  ['an empty sequence', sequence(), '3000'],
  ['a set', set(boolean(true)), '31030101ff'],
  ['an explicit tag', explicit(3, boolean(true)), 'a3030101ff'],
  ['an implicit tag', implicit(2, bytes(0x61)), '820161'],
])('%s', (_name, written, hex) => {
  expect(written.toString('hex')).toBe(hex);
});
