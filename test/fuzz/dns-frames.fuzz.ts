import { deepStrictEqual, ok } from 'node:assert';
import { dnsFrame, DnsFrames } from '../../src/adapters/network/dns-frames.ts';
import { readVectors } from '../vectors/read-vector.ts';

export const name = 'dns-frames';

export const seeds: readonly Uint8Array[] = readVectors('dns-frames', { verdicts: ['accepted', 'refused'], keys: ['message'] }).map(({ input }) => input);

/** Cut anywhere, a stream yields the same messages or the same refusal; framed again, they are the bytes that were read. */
export function target(bytes: Uint8Array): void {
  const whole = new DnsFrames().push(bytes);
  const reader = new DnsFrames();
  const pieces = Array.from(bytes, (byte) => reader.push(Uint8Array.of(byte)));
  if (whole === undefined) {
    ok(bytes.length > 0 && pieces.at(-1) === undefined, 'refused as a whole, accepted byte by byte');
    return;
  }
  deepStrictEqual(pieces.flatMap((messages) => messages ?? []).map((one) => Buffer.from(one)), whole.map((one) => Buffer.from(one)), 'other messages byte by byte');
  const again = Buffer.concat(whole.map(dnsFrame));
  deepStrictEqual(again, Buffer.from(bytes).subarray(0, again.length), 'framing does not bring the bytes back');
}
