import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readGathered } from '../../../src/apps/proxy/gathered-body.ts';
import { GatherBudget } from '../../../src/apps/proxy/gather-budget.ts';

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8'] as const;
const BODY = Buffer.from('{"a": [1, "b"]}');

test.each([['gzip', gzipSync(BODY)], ['X-GZIP', gzipSync(BODY)], ['deflate', deflateSync(BODY)], ['br', brotliCompressSync(BODY)], ['zstd', zstdCompressSync(BODY)], ['identity', BODY]])('%s is decoded, and JSON is parsed', async (coding, bytes) => {
  const read = await readGathered([JSON_TYPE, ['content-encoding', coding]], bytes, 1_000);

  expect(read).toMatchObject({ json: { a: [1, 'b'] } });
  expect('bytes' in read && Buffer.from(read.bytes).toString()).toBe(BODY.toString());
});

test.each([['gzip', gzipSync], ['deflate', deflateSync], ['br', brotliCompressSync], ['zstd', zstdCompressSync]] as const)('%s: a small body that grows beyond the bound is too large, and never held', async (coding, encode) => {
  expect(await readGathered([['content-encoding', coding]], encode(Buffer.alloc(50_000_000)), 1_000_000)).toMatchObject({ reason: 'body-too-large' });
});

test.each([
  ['two codings in one field', [['content-encoding', 'gzip, br']]],
  ['two fields', [['content-encoding', 'gzip'], ['content-encoding', 'gzip']]],
  ['an unknown coding', [['content-encoding', 'compress']]],
  ['a coding that is a member of every object', [['content-encoding', 'constructor']]],
  ['bytes that are not what they are said to be', [['content-encoding', 'br']]],
] as const)('%s: not judged', async (_, headers) => {
  expect(await readGathered(headers, gzipSync(BODY), 1_000)).toMatchObject({ reason: 'body-unreadable' });
});

test.each([
  ['a member twice', '{"a": 1, "a": 2}', JSON_TYPE],
  ['no JSON', 'a=b', JSON_TYPE],
  ['another type', '{"a": 1}', ['content-type', 'text/plain'] as const],
])('%s: there are no members to judge', async (_, text, type) => {
  expect(await readGathered([type], Buffer.from(text), 1_000)).not.toHaveProperty('json');
});

test('what calls hold together is bounded, and given back once', () => {
  const pool = { left: 10 };
  const [one, other] = [new GatherBudget(pool), new GatherBudget(pool)];

  expect([one.take(6), other.take(6)]).toEqual([true, false]);
  one.giveBack();
  one.giveBack();
  expect([other.take(10), pool.left]).toEqual([true, 0]);
});
