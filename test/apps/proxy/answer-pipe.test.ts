import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AnswerPipe } from '../../../src/apps/proxy/answer-pipe.ts';
import type { ResponseHead } from '../../../src/core/traffic/http1/message.ts';
import type { AnswerTreatment } from '../../../src/core/traffic/treatment.ts';

const HEAD: ResponseHead = { status: 200, statusText: 'OK', version: '1.1', headers: [['content-length', '2'], ['x', 'y'], ['connection', 'close']], framing: { kind: 'length', length: 2 }, keepAlive: true };
const through: AnswerTreatment = { alters: false, data: (chunk, out) => { out(chunk); }, end: () => {}, facts: () => ({}) };

function pipeOf(...treatments: AnswerTreatment[]): { pipe: AnswerPipe; seen: string[] } {
  const seen: string[] = [];
  const pipe = new AnswerPipe(treatments, {
    head: ({ framing, headers }) => { seen.push(`head ${framing.kind} ${headers.map(([name]) => name).join(' ')}`); },
    data: (chunk) => { seen.push(Buffer.from(chunk).toString()); },
    end: (trailers) => { seen.push(`end ${trailers.join(' ')}`); },
    flush: () => {},
    hold: (held) => { seen.push(held ? 'hold' : 'go on'); },
    failed: (error) => { seen.push(`failed ${String(error)}`); },
  });
  return { pipe, seen };
}

const upper: AnswerTreatment = { ...through, alters: true, data: (chunk, out) => { out(Buffer.from(Buffer.from(chunk).toString().toUpperCase())); }, end: (out) => { out(Buffer.from('!')); } };
const slow: AnswerTreatment = { ...through, data: async (chunk, out) => { const text = Buffer.from(chunk).toString(); await sleep(5); out(Buffer.from(`(${text})`)); } };

test('who only looks changes neither length nor time: a chunk comes out before the next goes in', () => {
  const { pipe, seen } = pipeOf(through);
  pipe.head(HEAD);
  pipe.data(Buffer.from('a'));

  expect(seen).toEqual(['head length content-length x', 'a']);
});

test('who alters has no length announced, and what it adds at the end passes those behind it', async () => {
  const { pipe, seen } = pipeOf(upper, slow);
  pipe.head(HEAD);
  pipe.data(Buffer.from('a'));
  pipe.end([['t', '1']]);
  await sleep(40);

  expect(seen.filter((text) => !/hold|go on/.test(text))).toEqual(['head chunked x', '(A)', '(!)', 'end t,1']);
});

test('who takes time holds up what comes behind, in its order, though the bytes it came in are used again', async () => {
  const { pipe, seen } = pipeOf(slow);
  const shared = Buffer.from('a');
  for (const text of ['a', 'b', 'c']) {
    shared.write(text);
    pipe.data(shared);
    if (text === 'a') await sleep(0);
  }
  pipe.end([]);
  await sleep(60);

  expect(seen.filter((text) => text.startsWith('('))).toEqual(['(a)', '(b)', '(c)']);
  expect(seen[0]).toBe('hold');
  expect(seen.at(-1)).toBe('go on');
  expect(seen).toContain('end ');
});

test.each([
  ['at once', { ...through, data: () => { throw new Error('no'); } }],
  ['later', { ...through, data: async () => { await sleep(1); throw new Error('no'); } }],
] as const)('one that fails %s ends the answer once', async (_, failing) => {
  const { pipe, seen } = pipeOf(through, failing);
  pipe.data(Buffer.from('a'));
  pipe.data(Buffer.from('b'));
  pipe.end([]);
  await sleep(20);

  expect(seen.filter((text) => /failed|end/.test(text))).toEqual(['failed Error: no']);
});

test('nothing comes out once it is stopped', async () => {
  const { pipe, seen } = pipeOf(slow);
  pipe.data(Buffer.from('a'));
  pipe.stop();
  await sleep(20);

  expect(seen).toEqual(['hold']);
});
