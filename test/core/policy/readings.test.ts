import { expect, test } from 'vitest';
import { readings } from '../../../src/core/policy/readings.ts';
import { call } from './fixtures.ts';

test.each([
  ['no header', [], ['POST']],
  ['another header', [['accept', 'DELETE']], ['POST']],
  ['one method', [['x-http-method-override', 'DELETE']], ['POST', 'DELETE']],
  ['its own method', [['x-http-method-override', 'post']], ['POST']],
  ['several methods', [['x-http-method', 'put'], ['x-method-override', 'DELETE'], ['x-http-method-override', 'PUT']], ['POST', 'PUT', 'DELETE']],
] as const)('a request with %s in it is read as all of them', (_, headers, methods) => {
  expect(readings(call('POST https://api.example.com/a', headers)).map(({ method }) => method)).toEqual(methods);
});
