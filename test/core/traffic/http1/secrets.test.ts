import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import { RequestReader } from '../../../../src/core/traffic/http1/request-reader.ts';
import { ResponseReader } from '../../../../src/core/traffic/http1/response-reader.ts';
import { malformedRequests } from './malformed-requests.ts';

/** What the reader says of the bytes, or nothing. */
function complaint(read: (bytes: Uint8Array) => void, text: string): string {
  try {
    read(Buffer.from(text, 'latin1'));
    return '';
  } catch (error) {
    if (error instanceof ProtocolFault) return error.message;
    throw error;
  }
}

test('what a reader says of a malformed request holds no secret of it', () => {
  let complaints = 0;
  fc.assert(fc.property(malformedRequests, ({ secret, bytes }) => {
    const reader = new RequestReader({ head: () => undefined, data: () => undefined, end: () => undefined });
    const said = complaint((chunk) => { for (let at = 0; at < chunk.length;) at += reader.push(chunk.subarray(at)); }, bytes);
    if (said !== '') complaints += 1;
    expect(said).not.toContain(secret.slice(0, 8));
    expect(said).not.toContain(secret.slice(-8));
  }), { numRuns: 1000 });
  expect(complaints).toBeGreaterThan(500);
});

test.each(['SECRET', 'HTTP/1.1 SECRET', 'HTTP/1.1 200SECRET', 'HTTP/1.1  SECRET', 'HTTP/1.1 200 OK\r\nSECRET b', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: SECRET', 'HTTP/1.1 200 OK\r\nContent-Length: SECRET', 'HTTP/1.1 200 OK\r\nConnection: "SECRET"'])(
  'nor of a malformed response: %j',
  (text) => {
    const reader = new ResponseReader({ informational: () => undefined, head: () => undefined, data: () => undefined, end: () => undefined });
    reader.expect('GET');
    const said = complaint((chunk) => { reader.push(chunk); }, `${text}\r\n\r\n`);
    expect(said).toMatch(/^expected .*, got /);
    expect(said).not.toContain('SECRET');
  },
);

test.each([
  ['GET / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked', '"gzip, chunked"'],
  ['GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: +5', '"+5"'],
  ['get / HTTP/1.1', '"get"'],
  ['GET http://u@a.example/ HTTP/1.1', 'got "@"'],
  ['GET / HTTP/1.1\r\nHost: a.example\r\nContent Type: text/plain', 'got " " where the colon should follow the name of field 2'],
])('harmless text is quoted: %j', (text, quoted) => {
  const reader = new RequestReader({ head: () => undefined, data: () => undefined, end: () => undefined });
  expect(complaint((chunk) => { reader.push(chunk); }, `${text}\r\n\r\n`)).toContain(quoted);
});
