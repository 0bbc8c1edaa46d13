import { deepStrictEqual, strictEqual } from 'node:assert';
import { type SseEvent, withData } from '../../src/core/traffic/sse/event.ts';
import { SseFault, SseReader } from '../../src/core/traffic/sse/reader.ts';

export const name = 'sse';

export const seeds: readonly Uint8Array[] = [
  'data: a\n\n', 'event: message\nid: 7\nretry: 300\ndata: {"jsonrpc":"2.0"}\n\ndata: [DONE]\n\n', ': ping\r\n\r\ndata: a\r\ndata\r\n\r\n', '\ufeffdata: a\r\rdata: b', '\n\r\r\n\n',
].map((text) => Buffer.from(text, 'utf8'));

export const tokens: readonly Uint8Array[] = ['\r\n\r\n', '\n\n', '\r\r', 'data:', 'id:', 'event:', '\ufeff'].map((text) => Buffer.from(text, 'utf8'));

/** Cut anywhere, a stream yields the same events; put together they are the stream; and one that is written anew reads as what was put into it. */
export function target(bytes: Uint8Array): void {
  const whole = read([bytes]);
  deepStrictEqual(read(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
  if (whole === undefined) return;
  strictEqual(Buffer.concat(whole.map(({ raw }) => raw)).compare(bytes), 0, 'other bytes than came');
  for (const event of whole) strictEqual(read([withData(event, 'x\ny')])?.[0]?.data, 'x\ny');
}

function read(pieces: readonly Uint8Array[]): SseEvent[] | undefined {
  try {
    const reader = new SseReader(2_000);
    const events = pieces.flatMap((piece) => reader.push(piece));
    const last = reader.end();
    return (last === undefined ? events : [...events, last]).map((event) => ({ ...event, raw: Buffer.from(event.raw) }));
  } catch (error) {
    if (error instanceof SseFault) return undefined;
    throw error;
  }
}
