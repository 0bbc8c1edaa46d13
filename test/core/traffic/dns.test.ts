import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, type Query, readQuery, writeAnswer } from '../../../src/core/traffic/dns.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';

const RESPONSE_CODES = new Map([['formerr', 1], ['notimp', 4], ['refused', 5]]);
const vectors = readVectors('dns', { verdicts: ['accepted', 'refused'], keys: ['query', 'sentence', 'reply'] });

describe('vectors', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const read = readQuery(input);
    expect(read.kind === 'query' ? 'accepted' : 'refused').toBe(only(keys, 'verdict'));
    if (read.kind === 'query') {
      expect(read.query).toMatchObject(JSON.parse(only(keys, 'query') ?? ''));
      return;
    }
    expect(read.sentence).toMatch(/^expected .* got /);
    expect(read.sentence).toContain(only(keys, 'sentence'));
    const reply = only(keys, 'reply') ?? '';
    if (reply === 'none') {
      expect(read.reply).toBeUndefined();
      return;
    }
    expect(RESPONSE_CODES.has(reply)).toBe(true);
    const bytes = Buffer.from(read.reply ?? []);
    expect(bytes.subarray(0, 2)).toEqual(input.subarray(0, 2));
    expect(bytes.readUInt16BE(2) & 0x800f).toBe(0x8000 | (RESPONSE_CODES.get(reply) ?? 0));
    // No question, no records: nothing of what was refused is echoed.
    expect(bytes.subarray(4)).toEqual(Buffer.alloc(8));
  });

  test.each(vectors.filter(({ keys }) => only(keys, 'verdict') === 'accepted'))('$file: no beginning of it is taken for a query', ({ input }) => {
    for (let length = 0; length < input.length; length++) {
      expect(readQuery(input.subarray(0, length)).kind, `${length} bytes`).toBe('fault');
    }
  });
});

describe('answers', () => {
  const question = Buffer.from('03415049076578616d706c650000010001', 'hex');
  const query: Query = { id: 0xbeef, name: 'api.example', type: 1, recursionDesired: true, edns: false, question };
  const cases: readonly (readonly [string, Answer, string])[] = [
    ['an address, whose record points back at the question', { kind: 'address', address: '198.18.0.9', ttl: 60 }, `beef81800001000100000000${question.toString('hex')}c00c000100010000003c0004c6120009`],
    ['no such record', { kind: 'empty' }, `beef81800001000000000000${question.toString('hex')}`],
    ['no such name', { kind: 'no-such-name' }, `beef81830001000000000000${question.toString('hex')}`],
    ['refused', { kind: 'refused' }, `beef81850001000000000000${question.toString('hex')}`],
  ];
  test.each(cases)('%s', (_, answer, expected) => {
    expect(Buffer.from(writeAnswer(query, answer)).toString('hex')).toBe(expected);
  });

  test('EDNS is answered with EDNS, and recursion is only said to be desired where it was', () => {
    const answer = writeAnswer({ ...query, edns: true, recursionDesired: false }, { kind: 'empty' });
    expect(Buffer.from(answer).toString('hex')).toBe(`beef80800001000000000001${question.toString('hex')}00002904d0000000000000`);
  });

  test.each(['198.18.0', '198.18.0.256', '198.18.0.1.1', '::1', 'a.b.c.d'])('%s is no IPv4 address to answer with', (address) => {
    expect(() => writeAnswer(query, { kind: 'address', address, ttl: 60 })).toThrow('expected an IPv4 address');
  });
});

describe('round trip', () => {
  const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
  const asked = fc.record({ id: fc.nat(0xffff), labels: fc.array(label, { minLength: 1, maxLength: 6 }), type: fc.nat(0xffff), edns: fc.boolean(), recursionDesired: fc.boolean() });

  test('a query that is written by the rules is read as what it says', () => {
    fc.assert(fc.property(asked, ({ id, labels, type, edns, recursionDesired }) => {
      const read = readQuery(writeQuery(id, labels, type, edns, recursionDesired));
      expect(read).toMatchObject({ kind: 'query', query: { id, name: labels.join('.').toLowerCase(), type, edns, recursionDesired } });
    }), { numRuns: 300 });
  });

  test('bytes of any kind are read or refused, never thrown at us', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(['query', 'fault']).toContain(readQuery(bytes).kind);
    }), { numRuns: 1_000 });
  });
});

function writeQuery(id: number, labels: readonly string[], type: number, edns: boolean, recursionDesired: boolean): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(recursionDesired ? 0x0100 : 0, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns ? 1 : 0, 10);
  const name = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const tail = Buffer.from([0, type >> 8, type & 0xff, 0, 1]);
  return Buffer.concat([header, ...name, tail, edns ? Buffer.from('0000291000000080000000', 'hex') : Buffer.alloc(0)]);
}
