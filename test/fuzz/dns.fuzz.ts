import { deepStrictEqual, ok } from 'node:assert';
import { readQuery, writeAnswer } from '../../src/core/traffic/dns.ts';
import { readVectors } from '../vectors/read-vector.ts';

export const name = 'dns';

export const seeds: readonly Uint8Array[] = readVectors('dns', { verdicts: ['accepted', 'refused'], keys: ['query', 'sentence', 'reply'] }).map(({ input }) => input);

/** A query names a host unambiguously and all of its bytes are accounted for; whatever is answered carries its identifier, is marked as an answer and is smaller than a datagram. */
export function target(bytes: Uint8Array): void {
  const read = readQuery(bytes);
  const answer = read.kind === 'fault' ? read.reply : writeAnswer(read.query, { kind: 'address', address: '198.18.0.1', ttl: 1 });
  if (answer !== undefined) {
    deepStrictEqual([...answer.subarray(0, 2)], [...bytes.subarray(0, 2)], 'another identifier');
    ok(((answer[2] ?? 0) & 0x80) !== 0, 'not marked as an answer');
    ok(answer.length <= 512, 'longer than a datagram');
    deepStrictEqual(readQuery(answer).kind, 'fault', 'an answer was taken for a query');
  }
  if (read.kind === 'fault') return;
  const { query } = read;
  ok(/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(query.name) && query.name.length <= 253, `no name: ${query.name}`);
  const wire = query.name.split('.').reduce((length, label) => length + label.length + 1, 1);
  deepStrictEqual(query.question.length, wire + 4, 'the question has other bytes than the name, type and class');
}
