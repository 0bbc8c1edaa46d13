import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import { RequestReader } from '../../../../src/core/traffic/http1/request-reader.ts';
import type { RequestHead } from '../../../../src/core/traffic/http1/message.ts';
import { writeRequestHead } from '../../../../src/core/traffic/http1/write.ts';
import { readHttp2Request } from '../../../../src/core/traffic/http2/request-head.ts';
import { readHttp2Response } from '../../../../src/core/traffic/http2/response-head.ts';
import { readHttp2Trailers } from '../../../../src/core/traffic/http2/trailers.ts';

const LIMITS = { fields: 100, bytes: 65_536 };
const PSEUDO = [':method', 'GET', ':scheme', 'https', ':path', '/a?b', ':authority', 'api.example.com'];

function codeOf(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return error instanceof ProtocolFault ? error.code : String(error);
  }
}

function pseudo(change: Record<string, string | undefined>): string[] {
  const names = [':method', ':scheme', ':path', ':authority'];
  return names.flatMap((name, index) => {
    const value = name in change ? change[name] : PSEUDO[index * 2 + 1];
    return value === undefined ? [] : [name, value];
  });
}

describe('a request of HTTP/2 as one of HTTP/1.1', () => {
  test('authority stands for Host; the end of the stream says whether there is a body', () => {
    expect(readHttp2Request([...PSEUDO, 'x-a', '1'], true, LIMITS)).toEqual({
      method: 'GET', target: '/a?b', form: { form: 'origin', path: '/a?b' }, version: '1.1', headers: [['host', 'api.example.com'], ['x-a', '1']],
      framing: { kind: 'none' }, keepAlive: true, expectContinue: false,
    });
    expect(readHttp2Request(PSEUDO, false, LIMITS).framing).toEqual({ kind: 'chunked' });
    expect(readHttp2Request([...PSEUDO, 'content-length', '5'], false, LIMITS).framing).toEqual({ kind: 'length', length: 5 });
  });

  test('a Host beside :authority is compared with it, as with a target in absolute form', () => {
    expect(readHttp2Request([...PSEUDO, 'host', 'other.example.com'], true, LIMITS).form).toEqual({ form: 'absolute', scheme: 'https', authority: 'api.example.com', path: '/a?b' });
  });

  test('pieces of a cookie are one again', () => {
    expect(readHttp2Request([...PSEUDO, 'cookie', 'a=1', 'x', 'y', 'cookie', 'b=2'], true, LIMITS).headers).toContainEqual(['cookie', 'a=1; b=2']);
  });

  test.each<[string, string[], boolean, string]>([
    ['no method', pseudo({ ':method': undefined }), true, 'method-unknown'],
    ['a method in lower case', pseudo({ ':method': 'get' }), true, 'method-unknown'],
    ['a method with a space', pseudo({ ':method': 'GET /x' }), true, 'method-unknown'],
    ['CONNECT', pseudo({ ':method': 'CONNECT' }), true, 'target-malformed'],
    ['no scheme', pseudo({ ':scheme': undefined }), true, 'target-malformed'],
    ['another scheme', pseudo({ ':scheme': 'http' }), true, 'target-malformed'],
    ['an empty path', pseudo({ ':path': '' }), true, 'target-malformed'],
    ['a whole URL as path', pseudo({ ':path': 'https://other.example.com/' }), true, 'target-malformed'],
    ['a space in the path', pseudo({ ':path': '/a b' }), true, 'target-malformed'],
    ['a line end in the path', pseudo({ ':path': '/a\r\nx: y' }), true, 'control-character'],
    ['a fragment', pseudo({ ':path': '/a#b' }), true, 'target-malformed'],
    ['no authority and no host', pseudo({ ':authority': undefined }), true, 'host-malformed'],
    ['user information', pseudo({ ':authority': 'a@api.example.com' }), true, 'host-malformed'],
    ['an empty authority', pseudo({ ':authority': '' }), true, 'host-malformed'],
    ['two hosts', [...PSEUDO, 'host', 'api.example.com', 'host', 'api.example.com'], true, 'host-malformed'],
    ['a pseudo-header field twice', [...PSEUDO, ':path', '/b'], true, 'field-malformed'],
    ['an unknown one', [...PSEUDO, ':protocol', 'websocket'], true, 'field-malformed'],
    ['one behind a field', ['x', 'y', ...PSEUDO], true, 'field-malformed'],
    ['upper case', [...PSEUDO, 'X-A', '1'], true, 'field-malformed'],
    ['an empty name', [...PSEUDO, '', '1'], true, 'field-malformed'],
    ['a colon in a name', [...PSEUDO, 'x:a', '1'], true, 'field-malformed'],
    ['a line end in a name', [...PSEUDO, 'x\r\na', '1'], true, 'field-malformed'],
    ['a line end in a value', [...PSEUDO, 'x', '1\r\ny: 2'], true, 'control-character'],
    ['a lone LF', [...PSEUDO, 'x', '1\ny'], true, 'control-character'],
    ['a NUL', [...PSEUDO, 'x', '1\0'], true, 'control-character'],
    ['white space around a value', [...PSEUDO, 'x', ' 1'], true, 'field-malformed'],
    ['a tab behind a value', [...PSEUDO, 'x', '1\t'], true, 'field-malformed'],
    ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings'].map((name): [string, string[], boolean, string] => [name, [...PSEUDO, name, 'x'], true, 'connection-malformed']),
    ['te for more than trailers', [...PSEUDO, 'te', 'trailers, gzip'], true, 'connection-malformed'],
    ['two lengths', [...PSEUDO, 'content-length', '5', 'content-length', '5'], false, 'content-length-malformed'],
    ['a list of lengths', [...PSEUDO, 'content-length', '5, 5'], false, 'content-length-malformed'],
    ['a signed length', [...PSEUDO, 'content-length', '+5'], false, 'content-length-malformed'],
    ['a length without a body', [...PSEUDO, 'content-length', '5'], true, 'framing-ambiguous'],
    ['another expectation', [...PSEUDO, 'expect', 'x'], true, 'expect-unsupported'],
    ['too many fields', [...PSEUDO, ...Array.from({ length: 101 }, (_, index) => [`x-${index}`, '1']).flat()], true, 'too-many-fields'],
    ['too many bytes', [...PSEUDO, 'x', 'y'.repeat(65_536)], true, 'head-too-large'],
  ])('%s is refused', (_, list, ends, code) => {
    expect(codeOf(() => readHttp2Request(list, ends, LIMITS))).toBe(code);
  });

  test('what is let through is, written as HTTP/1.1, read as the same request', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abz-_1'), minLength: 1, maxLength: 8 }).filter((text) => text !== 'te');
    const any = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 12 });
    fc.assert(fc.property(fc.array(fc.tuple(name, any), { maxLength: 6 }), any, (fields, path) => {
      const list = [...pseudo({ ':path': `/${path}` }), ...fields.flat()];
      const codes = codeOf(() => readHttp2Request(list, true, LIMITS));
      if (codes !== undefined) return;
      const head = readHttp2Request(list, true, LIMITS);
      const seen: RequestHead[] = [];
      const text = writeRequestHead(head.method, head.target, head.headers);
      const reader = new RequestReader({ head: (read) => { seen.push(read); }, data: () => { throw new Error('a body appeared'); }, end: () => {} });
      expect(reader.push(Buffer.from(text, 'latin1'))).toBe(text.length);
      expect(seen).toEqual([head]);
    }), { numRuns: 2_000 });
  });
});

describe('an answer of HTTP/2 as one of HTTP/1.1', () => {
  test('a body of unknown length is marked at its end, none is announced as empty', () => {
    expect(readHttp2Response([':status', '200', 'x', 'y'], false, 'GET', LIMITS)).toMatchObject({ status: 200, framing: { kind: 'chunked' }, headers: [['x', 'y']] });
    expect(readHttp2Response([':status', '200'], true, 'GET', LIMITS)).toMatchObject({ framing: { kind: 'length', length: 0 }, headers: [['content-length', '0']] });
    expect(readHttp2Response([':status', '200', 'content-length', '9'], true, 'HEAD', LIMITS)).toMatchObject({ framing: { kind: 'none' } });
    expect(readHttp2Response([':status', '204'], true, 'GET', LIMITS)).toMatchObject({ framing: { kind: 'none' } });
  });

  test.each<[string, string[], boolean, string]>([
    ['no status', ['x', 'y'], true, 'status-malformed'],
    ['101', [':status', '101'], true, 'status-malformed'],
    ['a status that is no number', [':status', '2 0'], true, 'status-malformed'],
    ['a request\'s pseudo-header field', [':status', '200', ':path', '/'], true, 'field-malformed'],
    ['transfer-encoding', [':status', '200', 'transfer-encoding', 'chunked'], false, 'connection-malformed'],
    ['a length without a body', [':status', '200', 'content-length', '5'], true, 'framing-ambiguous'],
    ['a body with 204', [':status', '204', 'content-length', '5'], false, 'framing-ambiguous'],
  ])('%s is refused, on the upstream\'s account', (_, list, ends, code) => {
    const read = (): unknown => readHttp2Response(list, ends, 'GET', LIMITS);
    expect(codeOf(read)).toBe(code);
    expect(read).toThrow(expect.objectContaining({ reason: 'upstream-malformed' }));
  });

  test('trailers have no pseudo-header fields and nothing that belongs in a head', () => {
    expect(readHttp2Trailers(['grpc-status', '0'], LIMITS)).toEqual([['grpc-status', '0']]);
    expect(codeOf(() => readHttp2Trailers([':status', '200'], LIMITS))).toBe('field-malformed');
    expect(codeOf(() => readHttp2Trailers(['content-length', '1'], LIMITS))).toBe('trailer-forbidden');
    expect(() => readHttp2Trailers(['host', 'x'], LIMITS, 'response')).toThrow(expect.objectContaining({ reason: 'upstream-malformed' }));
  });
});
