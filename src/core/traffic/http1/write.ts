import type { Headers } from '../../terms/action.ts';
import { consistsOf, TARGET, TOKEN } from './characters.ts';
import { ProtocolFault } from './fault.ts';

/** The bytes of `FIELD_VALUE`; on values that are cut out of a head the expression is faster than the table. */
const WRITABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * `METHOD TARGET HTTP/1.1` and the fields as given, as latin1 text (one character, one byte) like all that is written here.
 * Throws `ProtocolFault` `unwritable` rather than write what would be read differently.
 */
export function writeRequestHead(method: string, target: string, headers: Headers): string {
  if (method === '' || !consistsOf(TOKEN, method)) throw unwritable('request', 'method');
  if (target === '' || !consistsOf(TARGET, target)) throw unwritable('request', 'target');
  return `${method} ${target} HTTP/1.1\r\n${fieldLines(headers, 'request')}\r\n`;
}

/** `HTTP/1.1 STATUS TEXT` and the fields as given. Throws `ProtocolFault` `unwritable`. */
export function writeResponseHead(status: number, statusText: string, headers: Headers): string {
  if (!Number.isInteger(status) || status < 100 || status > 999) throw unwritable('response', `status ${status}`);
  if (!WRITABLE.test(statusText)) throw unwritable('response', 'status text');
  return `HTTP/1.1 ${status} ${statusText}\r\n${fieldLines(headers, 'response')}\r\n`;
}

/** The line before a chunk of `length` bytes; `length` is at least 1. */
export function chunkStart(length: number): string {
  if (length < 1) throw new RangeError('expected at least one byte in a chunk: without any it would end the body');
  return `${length.toString(16)}\r\n`;
}

/** What follows a chunk's bytes. */
export const CHUNK_END = '\r\n';

/** The end of a chunked body. */
export function lastChunk(trailers: Headers): string {
  return trailers.length === 0 ? '0\r\n\r\n' : `0\r\n${fieldLines(trailers, 'request')}\r\n`;
}

/** Throws `unwritable` unless all fields can be written, in any version of HTTP. */
export function checkFields(headers: Headers, side: 'request' | 'response'): void {
  for (const [name, value] of headers) checkField(name, value, side);
}

function checkField(name: string, value: string, side: 'request' | 'response'): void {
  if (name === '' || !consistsOf(TOKEN, name)) throw unwritable(side, 'field name');
  // A line end here would be a second field or message; so would U+010A, which latin1 cuts down to one.
  if (!WRITABLE.test(value)) throw unwritable(side, `value of "${name}"`);
}

function fieldLines(headers: Headers, side: 'request' | 'response'): string {
  let lines = '';
  for (const [name, value] of headers) {
    checkField(name, value, side);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

function unwritable(side: 'request' | 'response', part: string): ProtocolFault {
  return new ProtocolFault('unwritable', `cannot write this ${part} in an HTTP/1.1 head`, side);
}
