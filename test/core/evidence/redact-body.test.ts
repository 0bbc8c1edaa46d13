import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactBody } from '../../../src/core/evidence/redact-body.ts';

function redacted(body: unknown, ...paths: string[]): unknown {
  const result = redactBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), paths);
  return result.ok ? { count: result.count, body: JSON.parse(Buffer.from(result.body).toString()) } : 'not ok';
}

const BLANK = '[redacted]';

describe('blanking members of a JSON body', () => {
  test.each([
    ['a member', '$.token', { token: 's', a: 1 }, { token: BLANK, a: 1 }, 1],
    ['a nested member', '$.a.b', { a: { b: 's', c: 1 }, b: 2 }, { a: { b: BLANK, c: 1 }, b: 2 }, 1],
    ['a whole object', '$.a', { a: { b: 's' } }, { a: BLANK }, 1],
    ['a member of every item', '$.items[*].secret', { items: [{ secret: 1 }, { x: 2 }, { secret: 3 }] }, { items: [{ secret: BLANK }, { x: 2 }, { secret: BLANK }] }, 2],
    ['one item', '$.list[1]', { list: [1, 2, 3] }, { list: [1, BLANK, 3] }, 1],
    ['a member at any depth', '$..token', { token: 1, a: [{ token: 2, b: { token: 3 } }] }, { token: BLANK, a: [{ token: BLANK, b: { token: BLANK } }] }, 3],
    ['a member below one at any depth', '$..auth.key', { x: { auth: { key: 1, y: 2 } }, key: 3 }, { x: { auth: { key: BLANK, y: 2 } }, key: 3 }, 1],
    ['a quoted name', "$['odd name']", { 'odd name': 1 }, { 'odd name': BLANK }, 1],
    ['every member', '$.a.*', { a: { b: 1, c: 2 } }, { a: { b: BLANK, c: BLANK } }, 2],
    ['a body that is an array', '$[*].t', [{ t: 1 }], [{ t: BLANK }], 1],
    ['nothing where the path leads nowhere', '$.a.b.c', { a: { b: 1 } }, { a: { b: 1 } }, 0],
    ['nothing in a bare value', '$.a', 'true', true, 0],
    ['an index is not a name', '$.a[0]', { a: { 0: 1 } }, { a: { 0: 1 } }, 0],
    ['a name is not an index', '$.a.0x', { a: [1] }, 'not ok', 0],
  ])('%s: %s', (_, path, body, expected, count) => {
    expect(redacted(body, path)).toEqual(expected === 'not ok' ? expected : { count, body: expected });
  });

  test('several paths in one pass', () => {
    expect(redacted({ a: 1, b: { c: 2 } }, '$.a', '$.b.c')).toEqual({ count: 2, body: { a: BLANK, b: { c: BLANK } } });
  });

  test('the first of two members with one name does not survive', () => {
    expect(redacted('{"token":"first","token":"second"}', '$.token')).toEqual({ count: 1, body: { token: BLANK } });
  });

  test('a member named __proto__ is blanked as a member', () => {
    const result = redactBody(Buffer.from('{"__proto__":{"t":1}}'), ['$.__proto__']);
    expect(result.ok && Buffer.from(result.body).toString()).toBe(`{"__proto__":"${BLANK}"}`);
  });

  test('an escaped spelling of a name is that name', () => {
    expect(redacted(String.raw`{"\u0074oken":"s"}`, '$.token')).toEqual({ count: 1, body: { token: BLANK } });
  });

  test.each([
    ['half a document', '{"token":"sec', ['$.token']],
    ['two documents', '{"a":1}\n{"token":"s"}', ['$.token']],
    ['a form', 'token=s&a=1', ['$.token']],
    ['events', 'data: {"token":"s"}\n\n', ['$.token']],
    ['a byte order mark', '\ufeff{"token":"s"}', ['$.token']],
    ['nothing', '', ['$.token']],
    ['a path that cannot be read', '{"token":"s"}', ['$.token', 'token']],
    ['too deep a document', `${'['.repeat(300)}{"token":1}${']'.repeat(300)}`, ['$..token']],
  ])('of %s nothing may be kept', (_, body, paths) => {
    expect(redactBody(Buffer.from(body), paths).ok).toBe(false);
  });

  test('of bytes that are not UTF-8 nothing may be kept', () => {
    expect(redactBody(Buffer.from('7b2274223a22ff227d', 'hex'), ['$.t']).ok).toBe(false);
  });

  test('several descents over a body made to multiply them take no time', () => {
    const body = `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`;
    expect(redactBody(Buffer.from(body), ['$..a..a..a..a..a..a..z']).ok).toBe(true);
  });

  test('no value under a blanked name survives, wherever it stands', () => {
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.array(tie('node'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', 'token'), tie('node'), { maxKeys: 3 })),
    })).node;
    fc.assert(fc.property(tree, (body) => {
      const result = redactBody(Buffer.from(JSON.stringify({ body })), ['$..token']);
      const rest: string[] = [];
      JSON.parse(result.ok ? Buffer.from(result.body).toString() : '0', (name, value: unknown) => {
        if (name === 'token') rest.push(String(value));
        return value;
      });
      expect(rest.every((value) => value === BLANK)).toBe(true);
    }), { numRuns: 300 });
  });
});
