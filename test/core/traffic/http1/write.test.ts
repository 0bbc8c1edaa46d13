import { describe, expect, test } from 'vitest';
import { CHUNK_END, chunkStart, lastChunk, writeRequestHead, writeResponseHead } from '../../../../src/core/traffic/http1/write.ts';

test('a request head is written in the order given', () => {
  expect(writeRequestHead('POST', '/a?b', [['host', 'a.example'], ['x-name', 'caf\xe9']])).toBe('POST /a?b HTTP/1.1\r\nhost: a.example\r\nx-name: caf\xe9\r\n\r\n');
});

test('a response head is written with its text, which may be empty', () => {
  expect(writeResponseHead(404, '', [])).toBe('HTTP/1.1 404 \r\n\r\n');
  expect(writeResponseHead(200, 'OK', [['a', '']])).toBe('HTTP/1.1 200 OK\r\na: \r\n\r\n');
});

test('chunks are framed in hexadecimal', () => {
  expect(chunkStart(16_384) + CHUNK_END).toBe('4000\r\n\r\n');
  expect(lastChunk([])).toBe('0\r\n\r\n');
  expect(lastChunk([['x-sum', '1']])).toBe('0\r\nx-sum: 1\r\n\r\n');
});

test('a chunk without bytes is not written, since it would end the body', () => {
  expect(() => chunkStart(0)).toThrow('expected at least one byte');
});

describe('nothing is written that would be read as something else', () => {
  const cases: readonly (readonly [string, () => string])[] = [
    ['a line end in a value', () => writeRequestHead('GET', '/', [['a', 'b\r\nhost: evil.example']])],
    ['a character whose low byte is a line end', () => writeRequestHead('GET', '/', [['a', 'b\u010a']])],
    ['NUL in a value', () => writeRequestHead('GET', '/', [['a', '\0']])],
    ['a colon in a name', () => writeRequestHead('GET', '/', [['a:', 'b']])],
    ['an empty name', () => writeRequestHead('GET', '/', [['', 'b']])],
    ['a blank in the target', () => writeRequestHead('GET', '/ HTTP/1.1', [])],
    ['an empty target', () => writeRequestHead('GET', '', [])],
    ['a blank in the method', () => writeRequestHead('GET /', '/', [])],
    ['a line end in the text of the status', () => writeResponseHead(200, 'OK\r\nset-cookie: a=b', [])],
    ['a status of two digits', () => writeResponseHead(99, 'X', [])],
    ['a status that is no whole number', () => writeResponseHead(200.5, 'X', [])],
    ['a line end in a trailer', () => lastChunk([['a', '\n']])],
  ];
  test.each(cases)('%s', (_, write) => {
    expect(write).toThrow(expect.objectContaining({ code: 'unwritable' }));
  });
});

test('the message does not repeat a value, which may be a secret', () => {
  expect(() => writeRequestHead('GET', '/', [['authorization', 'Bearer abc\n']])).toThrow(/^((?!Bearer).)*$/);
});
