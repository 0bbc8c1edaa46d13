import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/adapters/link/lines.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';

const VECTORS = readVectors('link-lines', { verdicts: ['accepted', 'refused'], keys: ['line'] });
const LONGEST = 64;

async function* chunks(parts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part, 'latin1');
}

async function read(parts: readonly string[], longest?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks(parts), longest)) lines.push(line);
  return lines;
}

test.each(VECTORS)('$file is read as it declares, whole and byte by byte', async ({ keys, input }) => {
  const text = input.toString('latin1');
  const declared = (keys.get('line') ?? []).map((line) => line.slice(1, -1).replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
  for (const parts of [[text], [...text]]) {
    const lines: string[] = [];
    const reading = (async () => {
      for await (const line of linesOf(chunks(parts), LONGEST)) lines.push(line);
    })();
    if (only(keys, 'verdict') === 'refused') await expect(reading).rejects.toMatchObject({ code: 'line-too-long', message: 'expected lines of at most 64 characters, got a longer one' });
    else await reading;
    expect(lines).toEqual(declared);
  }
});

test.each([
  ['nothing', [], []],
  ['one line', ['one\n'], ['one']],
  ['a heartbeat', ['\n'], ['']],
  ['a line and a heartbeat in one piece', ['one\n\n'], ['one', '']],
  ['a line in pieces', ['o', 'n', 'e', '\n'], ['one']],
  ['a line without its end, which is no line', ['one\ntw'], ['one']],
  ['an empty piece', ['one', '', '\n'], ['one']],
])('reads %s', async (_name, parts, lines) => {
  expect(await read(parts)).toEqual(lines);
});

test('reads the same lines however they are cut into pieces', async () => {
  const line = fc.stringMatching(/^[\w.-]{0,20}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(30)), async (lines, cuts) => {
      const text = lines.map((one) => `${one}\n`).join('');
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((one, other) => one - other), text.length];
      const parts = places.slice(1).map((place, index) => text.slice(places[index], place));
      expect(await read(parts)).toEqual(lines);
    }),
    { numRuns: 300 },
  );
});

test('refuses a line that is longer than it may be, in one piece or in many', async () => {
  expect(await read(['12345678\n'], 8)).toEqual(['12345678']);
  await expect(read(['123456789\n'], 8)).rejects.toMatchObject({ code: 'line-too-long' });
  await expect(read([...'123456789'], 8)).rejects.toMatchObject({ code: 'line-too-long' });
});
