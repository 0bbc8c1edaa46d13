import { deepStrictEqual } from 'node:assert';
import { readClientHello } from '../../src/core/traffic/client-hello.ts';
import { readVectors } from '../vectors/read-vector.ts';

export const name = 'client-hello';

export const seeds: readonly Uint8Array[] = readVectors('client-hello', { verdicts: ['accepted', 'refused', 'incomplete'], keys: ['hello', 'sentence'] }).map(({ input }) => input);

/** A decision taken on the first bytes stands whatever follows, and a name that comes out is one word. */
export function target(bytes: Uint8Array): void {
  const whole = readClientHello(bytes);
  const step = Math.max(1, Math.floor(bytes.length / 40));
  for (let length = 0; length < bytes.length; length += step) {
    const read = readClientHello(bytes.subarray(0, length));
    if (read.kind !== 'more') deepStrictEqual(whole, read, `decided otherwise after ${length} bytes`);
  }
  if (whole.kind !== 'hello') return;
  const { name, alpn } = whole.hello;
  if (name !== undefined && !/^[\x21-\x7e]{1,255}$/.test(name)) throw new Error(`the name is no word: ${JSON.stringify(name)}`);
  if (alpn.includes('')) throw new Error('an empty protocol came out');
}
