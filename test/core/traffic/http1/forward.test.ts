import { describe, expect, test } from 'vitest';
import type { Headers } from '../../../../src/core/terms/action.ts';
import { forwardableHeaders, framingHeaders } from '../../../../src/core/traffic/http1/forward.ts';

const hopByHop: Headers = [
  ['connection', 'keep-alive, X-Session'], ['connection', ' x-other'], ['keep-alive', 'timeout=5'], ['proxy-connection', 'keep-alive'], ['proxy-authorization', 'Basic x'],
  ['proxy-authenticate', 'Basic'], ['te', 'trailers'], ['trailer', 'x-sum'], ['transfer-encoding', 'chunked'], ['upgrade', 'h2c'], ['http2-settings', 'AAMAAABk'],
  ['x-session', '1'], ['x-other', '2'],
];

describe('what concerns one connection stays on it', () => {
  test.each(hopByHop)('%s: %s', (name, value) => {
    const headers: Headers = [['connection', 'x-session, X-OTHER'], ['accept', '*/*'], [name, value]];
    expect(forwardableHeaders(headers, 'request')).toEqual([['accept', '*/*']]);
    expect(forwardableHeaders(headers, 'response')).toEqual([['accept', '*/*']]);
  });
});

test('the rest goes on in its order, repeated fields too', () => {
  const headers: Headers = [['accept', 'a'], ['content-length', '3'], ['x', '1'], ['accept', 'b'], ['set-cookie', 'a=b'], ['set-cookie', 'c=d']];
  expect(forwardableHeaders(headers, 'request')).toEqual(headers);
  expect(forwardableHeaders(headers, 'response')).toEqual(headers);
});

test('a request loses Host, which is rebuilt, and Expect, which the proxy answers; a response keeps neither from Alt-Svc', () => {
  const headers: Headers = [['host', 'a.example'], ['expect', '100-continue'], ['alt-svc', 'h3=":443"']];
  expect(forwardableHeaders(headers, 'request')).toEqual([['alt-svc', 'h3=":443"']]);
  expect(forwardableHeaders(headers, 'response')).toEqual([['host', 'a.example'], ['expect', '100-continue']]);
});

test('only a chunked body is announced anew', () => {
  expect(framingHeaders({ kind: 'chunked' })).toEqual([['transfer-encoding', 'chunked']]);
  expect(framingHeaders({ kind: 'length', length: 3 })).toEqual([]);
  expect(framingHeaders({ kind: 'none' })).toEqual([]);
  expect(framingHeaders({ kind: 'until-close' })).toEqual([]);
});
