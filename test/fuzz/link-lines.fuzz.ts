import { deepStrictEqual, ok } from 'node:assert';
import { linesOf } from '../../src/adapters/link/lines.ts';
import { readVectors } from '../vectors/read-vector.ts';

export const name = 'link-lines';

export const seeds: readonly Uint8Array[] = readVectors('link-lines', { verdicts: ['accepted', 'refused'], keys: ['line'] }).map(({ input }) => input);

export const tokens: readonly Uint8Array[] = ['\n', '\r\n', '\n\n', 'x'.repeat(64)].map((text) => Buffer.from(text));

const LONGEST = 64;

/** Cut anywhere, a stream yields the same lines and then the same refusal, if any; ended again, they are the bytes that were read, and what is left is no line. */
export async function target(bytes: Uint8Array): Promise<void> {
  const whole = await read([bytes]);
  deepStrictEqual(await read(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole, 'other lines byte by byte');
  const again = Buffer.from(whole.lines.map((line) => `${line}\n`).join(''), 'latin1');
  deepStrictEqual(again, Buffer.from(bytes).subarray(0, again.length), 'the lines are not the bytes');
  ok(whole.lines.every((line) => line.length <= LONGEST), 'a line that is too long');
  const [rest = ''] = Buffer.from(bytes).subarray(again.length).toString('latin1').split('\n');
  if (whole.refused) ok(rest.length > LONGEST, 'a good line refused');
  else ok(again.length + rest.length === bytes.length && rest.length <= LONGEST, 'a line withheld');
}

async function read(pieces: readonly Uint8Array[]): Promise<{ readonly lines: readonly string[]; readonly refused: boolean }> {
  const lines: string[] = [];
  try {
    for await (const line of linesOf(streamed(pieces), LONGEST)) lines.push(line);
    return { lines, refused: false };
  } catch {
    return { lines, refused: true };
  }
}

async function* streamed(pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces;
}
