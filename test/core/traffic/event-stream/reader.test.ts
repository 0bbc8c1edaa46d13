import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../../../src/core/traffic/event-stream/crc32.ts';
import { EventStreamFault } from '../../../../src/core/traffic/event-stream/fault.ts';
import { type EventMessage, EventStreamReader } from '../../../../src/core/traffic/event-stream/reader.ts';
import { eventFrame, framed } from '../../../fakes/event-frame.ts';
import { only, readVectors } from '../../../vectors/read-vector.ts';

interface Told {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly payload: string;
}

function read(pieces: readonly Uint8Array[], largest = 1_000): Told[] | string {
  const reader = new EventStreamReader(largest);
  try {
    const messages: EventMessage[] = [];
    for (const piece of pieces) reader.push(piece, (message) => { messages.push(message); });
    const told = messages.map(({ headers, payload }) => ({
      headers: Object.fromEntries(Array.from(headers, ([name, value]) => [name, value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : value])), payload: Buffer.from(payload).toString(),
    }));
    reader.end();
    return told;
  } catch (error) {
    if (error instanceof EventStreamFault) return error.code;
    throw error;
  }
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('the vectors', () => {
  test.each(readVectors('event-stream', { keys: ['reason', 'messages'], verdicts: ['accept', 'refuse'] }))('$file: in one piece and byte by byte', ({ keys, input }) => {
    const expected = only(keys, 'verdict') === 'accept' ? JSON.parse(only(keys, 'messages') ?? '') as unknown : only(keys, 'reason');
    expect(read([input])).toEqual(expected);
    expect(read(bytewise(input))).toEqual(expected);
  });
});

test('messages come out with their last byte, whatever is in the same piece', () => {
  const frames = ['one', 'two', ''].map((payload) => eventFrame({ ':event-type': payload }, payload));
  const all = Buffer.concat(frames);
  for (let cut = 0; cut <= all.length; cut += 1) {
    expect(read([all.subarray(0, cut), all.subarray(cut)])).toEqual(['one', 'two', ''].map((payload) => ({ headers: { ':event-type': payload }, payload })));
  }
});

test('a message that is too large is refused by its prelude, before it has come', () => {
  expect(read([framed(Buffer.alloc(0), Buffer.alloc(2_000)).subarray(0, 12)])).toBe('message-too-large');
});

test('what is kept of a chunk is a copy', () => {
  const frame = eventFrame({}, 'payload');
  const reader = new EventStreamReader(1_000);
  const shared = Buffer.from(frame.subarray(0, 15));
  const told: string[] = [];
  const tell = ({ payload }: EventMessage): void => { told.push(Buffer.from(payload).toString()); };
  reader.push(shared, tell);
  shared.fill(0);
  reader.push(frame.subarray(15), tell);
  expect(told).toEqual(['payload']);
});

test('the CRC is the one of zlib', () => {
  for (const text of ['', 'a', '123456789', '\0\0\0', 'x'.repeat(1_000)]) expect(crc32(Buffer.from(text))).toBe(zlibCrc32(text));
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});
