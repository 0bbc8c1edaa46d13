import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnsFrame, DnsFrames } from '../../../src/adapters/network/dns-frames.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';

const VECTORS = readVectors('dns-frames', { verdicts: ['accepted', 'refused'], keys: ['message'] });

const text = (messages: readonly Uint8Array[] | undefined): string[] | undefined => messages?.map((message) => Buffer.from(message).toString('latin1'));

describe('a stream of DNS messages', () => {
  test.each(VECTORS)('$file is read as it declares, whole and byte by byte', ({ keys, input }) => {
    const accepted = only(keys, 'verdict') === 'accepted';
    const whole = text(new DnsFrames().push(input));
    expect(whole !== undefined).toBe(accepted);
    const declared = keys.get('message');
    if (declared !== undefined) expect(whole).toEqual(declared);
    const reader = new DnsFrames();
    const pieces = Array.from(input, (byte) => text(reader.push(Uint8Array.of(byte))));
    if (accepted) expect(pieces.flat()).toEqual(whole);
    else expect(pieces.at(-1)).toBeUndefined();
  });

  test('is not read on once it was refused', () => {
    const reader = new DnsFrames();
    expect(reader.push(Uint8Array.of(0, 0))).toBeUndefined();
    expect(reader.push(Uint8Array.of(0, 1, 65))).toBeUndefined();
  });

  test('carries what was framed, cut anywhere', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 }), fc.nat(), (messages, at) => {
      const bytes = Buffer.concat(messages.map(dnsFrame));
      const cut = at % (bytes.length + 1);
      const reader = new DnsFrames();
      const read = [...reader.push(bytes.subarray(0, cut)) ?? [], ...reader.push(bytes.subarray(cut)) ?? []];
      expect(text(read)).toEqual(text(messages));
    }), { numRuns: 200 });
  });
});
