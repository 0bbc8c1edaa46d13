import { deepStrictEqual } from 'node:assert';
import { EventStreamFault } from '../../src/core/traffic/event-stream/fault.ts';
import { type EventMessage, EventStreamReader } from '../../src/core/traffic/event-stream/reader.ts';
import { chunkFrame, converseFrame, eventFrame, framed } from '../fakes/event-frame.ts';

export const name = 'event-stream';

export const seeds: readonly Uint8Array[] = [
  eventFrame({}, ''), converseFrame('messageStart', { role: 'assistant' }), chunkFrame({ type: 'ping' }),
  Buffer.concat([converseFrame('a', {}), converseFrame('b', {})]), framed(Buffer.of(1, 0x61, 4, 0, 0, 0, 7), Buffer.of(1)),
];

export const tokens: readonly Uint8Array[] = [Buffer.alloc(4), Buffer.of(0, 0, 0, 16), Buffer.of(0xff, 0xff, 0xff, 0xff), eventFrame({}, '')];

/** Cut anywhere, a stream yields the same messages and the same fault. */
export function target(bytes: Uint8Array): void {
  deepStrictEqual(read(Array.from(bytes, (byte) => Uint8Array.of(byte))), read([bytes]));
}

function read(pieces: readonly Uint8Array[]): unknown {
  const reader = new EventStreamReader(2_000);
  const messages: EventMessage[] = [];
  try {
    for (const piece of pieces) reader.push(piece, ({ headers, payload }) => { messages.push({ headers, payload: Uint8Array.from(payload) }); });
    reader.end();
    return messages;
  } catch (error) {
    if (error instanceof EventStreamFault) return [error.code, messages];
    throw error;
  }
}
