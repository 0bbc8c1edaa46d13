import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Headers } from '../../../../src/core/terms/action.ts';
import type { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../../src/core/traffic/http1/limits.ts';
import type { RequestSink, ResponseSink } from '../../../../src/core/traffic/http1/message.ts';
import { RequestReader } from '../../../../src/core/traffic/http1/request-reader.ts';
import { ResponseReader } from '../../../../src/core/traffic/http1/response-reader.ts';
import { CHUNK_END, chunkStart, lastChunk, writeRequestHead, writeResponseHead } from '../../../../src/core/traffic/http1/write.ts';
import { byteByByte, readRequests, readResponses, whole } from './collect.ts';

const silent: RequestSink & ResponseSink = { head() {}, informational() {}, data() {}, end() {} };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const GET = 'GET / HTTP/1.1\r\nhost: a.example\r\n\r\n';

const headOf = (fields: string, version = '1.1') => readRequests(bytes(`POST / HTTP/${version}\r\nhost: a.example\r\n${fields}\r\n`), whole).messages[0]?.head;
const faultOf = (text: string, limits: Partial<Limits>): ProtocolFault | undefined => readRequests(bytes(text), whole, false, { ...DEFAULT_LIMITS, ...limits }).fault;
const inChunks = (parts: readonly string[], trailers: Headers): string => parts.map((part) => chunkStart(part.length) + part + CHUNK_END).join('') + lastChunk(trailers);

describe('one push reads at most to the end of one message', () => {
  test('what follows a request is left for the next push', () => {
    expect(new RequestReader(silent).push(bytes(GET + GET))).toBe(GET.length);
  });

  test('what belongs to an unfinished message is used up', () => {
    const reader = new RequestReader(silent);
    expect(reader.push(bytes(GET.slice(0, 20)))).toBe(20);
    expect(reader.push(bytes(GET.slice(20) + GET))).toBe(GET.length - 20);
  });

  test('an empty push reads nothing, between messages and within one', () => {
    const reader = new RequestReader(silent);
    expect(reader.push(Buffer.alloc(0))).toBe(0);
    reader.push(bytes('GET'));
    expect(reader.push(Buffer.alloc(0))).toBe(0);
  });

  test('a plain Uint8Array does as well as a Buffer', () => {
    const { messages } = readRequests(Uint8Array.from(bytes(GET)), whole);
    expect(messages[0]?.head.headers).toEqual([['host', 'a.example']]);
  });

  test('body bytes are handed on without being copied', () => {
    const chunk = bytes('POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 2\r\n\r\nhi');
    let seen: Uint8Array | undefined;
    new RequestReader({ ...silent, data: (data) => { seen = data; } }).push(chunk);
    expect(seen?.buffer).toBe(chunk.buffer);
  });
});

describe('a reader that has failed stays failed', () => {
  test('after a fault', () => {
    const reader = new RequestReader(silent);
    expect(() => reader.push(bytes('\0'))).toThrow(expect.objectContaining({ code: 'not-http1' }));
    expect(() => reader.push(bytes(GET))).toThrow('this reader has failed');
    expect(() => reader.end()).toThrow('this reader has failed');
  });

  test('after the sink has thrown', () => {
    const reader = new ResponseReader({ ...silent, head() { throw new RangeError('disk full'); } });
    reader.expect('GET');
    expect(() => reader.push(bytes('HTTP/1.1 204 X\r\n\r\n'))).toThrow('disk full');
    expect(() => reader.push(bytes('x'))).toThrow('this reader has failed');
  });
});

describe('requests that need an answer of their own', () => {
  test('a client that waits for 100 Continue is told apart', () => {
    expect(headOf('content-length: 2\r\nexpect: 100-continue\r\n')?.expectContinue).toBe(true);
    expect(headOf('content-length: 2\r\n')?.expectContinue).toBe(false);
  });

  test('but not where there is nothing to wait with, nor in HTTP/1.0 (RFC 9110 section 10.1.1)', () => {
    expect(headOf('expect: 100-continue\r\n')?.expectContinue).toBe(false);
    expect(headOf('content-length: 2\r\nexpect: 100-continue\r\n', '1.0')?.expectContinue).toBe(false);
  });

  test.each([['connection: upgrade\r\nupgrade: WebSocket\r\n', 'websocket'], ['upgrade: h2c\r\n', 'h2c'], ['', undefined]])('an upgrade is surfaced: %j', (fields, upgrade) => {
    expect(headOf(fields)?.upgrade).toBe(upgrade);
  });
});

describe('a response is read only where one is due', () => {
  test('a second expectation before the end of the first is a mistake of ours', () => {
    const reader = new ResponseReader(silent);
    reader.expect('GET');
    expect(() => reader.expect('GET')).toThrow(TypeError);
  });

  test('the end of an idle connection is no fault', () => {
    const reader = new ResponseReader(silent);
    reader.expect('GET');
    reader.push(bytes('HTTP/1.1 204 X\r\n\r\n'));
    expect(() => reader.end()).not.toThrow();
  });

  test('the end of the connection instead of a response is one', () => {
    const reader = new ResponseReader(silent);
    reader.expect('GET');
    expect(() => reader.end()).toThrow(expect.objectContaining({ code: 'message-cut-short', reason: 'upstream-malformed' }));
  });

  test('interim responses are handed on before the one that answers', () => {
    const { informational, messages } = readResponses(bytes('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 204 X\r\n\r\n'), byteByByte, ['GET']);
    expect(informational.map(({ status, headers }) => [status, headers])).toEqual([[103, [['link', '</a>']]]]);
    expect(messages.map(({ head }) => head.status)).toEqual([204]);
  });
});

describe('limits', () => {
  test('a head of exactly the limit passes, one byte more does not', () => {
    expect(faultOf(GET, { headBytes: GET.length })).toBeUndefined();
    expect(faultOf(GET, { headBytes: GET.length - 1 })?.code).toBe('head-too-large');
  });

  test('a line of exactly the limit passes, one byte more does not', () => {
    const longest = 'host: a.example'.length;
    expect(faultOf(GET, { lineBytes: longest })).toBeUndefined();
    expect(faultOf(GET, { lineBytes: longest - 1 })?.code).toBe('head-too-large');
  });

  test('the body is not counted', () => {
    const head = 'POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 1000\r\n\r\n';
    expect(faultOf(head + 'x'.repeat(1_000), { headBytes: head.length })).toBeUndefined();
  });

  test('the agent sees a head that is too large as such, and never its content', () => {
    const refused = faultOf(`GET / HTTP/1.1\r\nauthorization: ${'s'.repeat(200)}\r\n\r\n`, { lineBytes: 100 });
    expect(refused).toMatchObject({ reason: 'header-too-large', message: 'expected a line of at most 100 bytes, got a longer one' });
  });
});

describe('round trip', () => {
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-z-]{1,12}$/);
  const value = fc.stringMatching(/^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?)?$/);
  const reserved = /^(?:host|connection|content-length|transfer-encoding|expect|upgrade|te|trailer|cookie|authorization|location|range|pragma)$/;
  const fields = fc.array(fc.tuple(token.filter((name) => !reserved.test(name)), value), { maxLength: 8 });
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }).map((part) => Buffer.from(part).toString('latin1')), { maxLength: 5 });
  const cut = fc.integer({ min: 1, max: 50 });

  test('a request that is written is read as what was meant, however it is cut', () => {
    fc.assert(fc.property(fc.constantFrom('GET', 'POST', 'PATCH', 'QUERY'), fc.stringMatching(/^\/[!-"$-~]{0,30}$/), fields, chunks, fields, cut, (method, target, more, parts, trailers, size) => {
      const headers: Headers = [['host', 'a.example'], ...more, ['transfer-encoding', 'chunked']];
      const written = bytes(writeRequestHead(method, target, headers) + inChunks(parts, trailers));
      const { messages, fault } = readRequests(written, () => size);
      expect(fault).toBeUndefined();
      expect(messages).toMatchObject([{ head: { method, target, headers, framing: { kind: 'chunked' } }, body: parts.join(''), trailers, complete: true, end: written.length }]);
    }), { numRuns: 300 });
  });

  test('so is a response', () => {
    fc.assert(fc.property(fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304), value, fields, chunks, cut, (status, statusText, more, parts, size) => {
      const body = parts.join('');
      const headers: Headers = [...more, ['content-length', String(body.length)]];
      const { messages, fault } = readResponses(bytes(writeResponseHead(status, statusText, headers) + body), () => size, ['GET']);
      expect(fault).toBeUndefined();
      expect(messages).toMatchObject([{ head: { status, statusText, headers }, body, complete: true }]);
    }), { numRuns: 300 });
  });
});
