import { describe, expect, test } from 'vitest';
import { readings } from '../../../src/core/policy/readings.ts';
import { call } from './fixtures.ts';

const SPELLINGS = ['x-http-method-override', 'x-http-method', 'x-method-override', 'x_http_method_override', 'x-http_method'];

test.each([
  ['no header', [], ['POST']],
  ['another header', [['accept', 'DELETE']], ['POST']],
  ['one method', [['x-http-method-override', 'DELETE']], ['POST', 'DELETE']],
  ['its own method', [['x-http-method-override', 'post']], ['POST']],
  ['one method three times', [['x-http-method', 'put'], ['x-method-override', 'PUT'], ['x-http-method-override', ' Put']], ['POST', 'PUT']],
] as const)('a request with %s in it is read as what it is, and as what it asks for', (_, headers, methods) => {
  const read = readings(call('POST https://api.example.com/a', headers));
  expect(read.ok && read.actions.map(({ method }) => method)).toEqual(methods);
});

describe.each(SPELLINGS)('%s', (name) => {
  test('asks for another method', () => {
    const read = readings(call('POST https://api.example.com/a', [[name, 'DELETE']]));
    expect(read.ok && read.actions.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  });

  test.each(['DELETE, GET', 'DELETE,', 'DELETE;q=1', 'DELETE GET', '', 'ERASE', 'TRACE', 'CONNECT', 'DEL\u00c9TE', '"DELETE"'])('cannot be read with %j in it', (value) => {
    expect(readings(call('POST https://api.example.com/a', [[name, value]]))).toMatchObject({ ok: false, sentence: `The request can be read in several ways: ${name} asks for what is not one registered method.` });
  });
});

test('two headers that ask for different methods cannot be read, of one name or of two', () => {
  for (const second of ['x-http-method-override', 'x-method-override']) {
    expect(readings(call('POST https://api.example.com/a', [['x-http-method-override', 'DELETE'], [second, 'GET']])))
      .toMatchObject({ ok: false, sentence: `The request can be read in several ways: x-http-method-override asks for the method DELETE and ${second} for GET.` });
    expect(readings(call('POST https://api.example.com/a', [['x-http-method-override', 'DELETE'], [second, 'hunter2']])))
      .toMatchObject({ ok: false, sentence: `The request can be read in several ways: x-http-method-override asks for the method DELETE and ${second} for something else.` });
  }
});
