import { describe, expect, test } from 'vitest';
import { CallView } from '../../../../src/core/policy/call-view.ts';
import { VARIABLES } from '../../../../src/core/policy/conditions/bind.ts';
import { readCondition } from '../../../../src/core/policy/conditions/condition.ts';
import type { HttpAction } from '../../../../src/core/terms/action.ts';
import { AGENT, call } from '../fixtures.ts';

const PLAIN = call('POST https://api.example.com/items/7');

function holds(text: string, action: Partial<HttpAction> = {}, args?: unknown): boolean | string {
  const read = readCondition(text, VARIABLES.mcp);
  if ('fault' in read) return `fault: ${read.fault.message}`;
  const view = new CallView({ ...PLAIN, ...action }, { subject: { ...AGENT, serviceAccount: 'sa' }, now: Date.UTC(2030, 0, 2, 3), run: { seen: (tool) => tool === 'orders' } });
  if (args !== undefined) view.message = { kind: 'mcp', method: 'tools/call', tool: 't', args };
  const result = read.condition.holds(view);
  return typeof result === 'boolean' ? result : `untold: ${result.message}`;
}

const json = (value: unknown): Partial<HttpAction> => ({ body: { bytes: Buffer.from(JSON.stringify(value)), json: value } });

describe('a condition reads', () => {
  test.each([
    ['the request\'s head', 'request.method == "POST" && request.path.startsWith("/items/") && request.host == "api.example.com" && request.port == 443', true],
    ['who calls', 'agent.name == "triage" && agent.namespace == "agents" && agent.serviceAccount == "sa"', true],
    ['the time', 'now > timestamp("2030-01-01T00:00:00Z") && now.getHours() == 3', true],
    ['what was called before', 'run.seen("orders") && !run.seen("mail")', true],
  ])('%s', (_, text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test('JSON, whose whole numbers are integers', () => {
    expect(holds('size(request.json.title) < 5 && request.json.count + 1 == 4 && request.json.price == 1.5 && request.json.tags.exists(t, t == "b") && !has(request.json.none)', json({ title: 'abc', count: 3, price: 1.5, tags: ['a', 'b'] }))).toBe(true);
    expect(holds('args.ids.size() > 2', {}, { ids: [1, 2, 3] })).toBe(true);
    expect(holds('args.ids.size() > 2', {}, { ids: [1] })).toBe(false);
  });

  test('header fields and query parameters by name', () => {
    const action = { headers: [['x-a', 'b'], ['x-twice', '1'], ['x-twice', '2']], query: 'q=a%20b&p=1&p=2' } as const;
    expect(holds('request.headers["x-a"] == "b" && request.query.q == "a b" && !("x-none" in request.headers)', action)).toBe(true);
    expect(holds('request.headers["x-twice"] == "1"', action)).toBe('untold: a header that it reads is there more than once');
    expect(holds('"x-twice" in request.headers', action)).toBe('untold: a header that it reads is there more than once');
    expect(holds('size(request.headers) > 0', action)).toBe('untold: a header that it reads is there more than once');
    expect(holds('request.query.p == "1"', action)).toBe('untold: a query parameter that it reads is there more than once');
    expect(holds('request.query.q == "1"', { query: 'q=%ff' })).toBe('untold: the query cannot be decoded');
  });
});

describe('what cannot be told is not guessed', () => {
  test.each([
    ['a body that was not read', 'request.json.a == 1', {}, 'untold: the body was not read'],
    ['a body that was not read, however the condition asks', '!has(request.json) || request.json.a == 1', {}, 'untold: the body was not read'],
    ['a body that is not JSON', '!has(request.json)', { body: { bytes: Buffer.from('a') } }, 'untold: the body is not JSON'],
    ['a member that is not there', 'request.json.a == 1', json({}), 'untold: field not found'],
    ['values that cannot be compared', 'request.json.a < 1', json({ a: 'x' }), 'untold: no matching overload for \'_<_\''],
    ['what is neither true nor false', 'request.json.a', json({ a: 1 }), 'untold: it gives neither true nor false'],
    ['too deep a value', 'has(request.json.a)', json(JSON.parse(`${'['.repeat(80)}${']'.repeat(80)}`)), 'untold: the JSON is nested more than 64 levels deep'],
    ['too many values', 'has(request.json.a)', json(Array(60_000).fill(1)), 'untold: the JSON has more than 50000 values'],
    ['arguments of what has none', 'args.a == 1', {}, 'untold: there are no arguments'],
  ])('%s', (_, text, action, expected) => {
    expect(holds(text, action)).toBe(expected);
  });

  test('an absent body is none', () => {
    expect(holds('!has(request.json)', { body: { bytes: new Uint8Array() } })).toBe(true);
  });
});

describe('a condition is refused when it is loaded', () => {
  test.each([
    ['reqest.method == "GET"', 'reads reqest, which no call of this tool has', 'request'],
    ['request.methd == "GET"', 'reads request.methd, which there is not', 'request.method'],
    ['agent.nam == "a"', 'reads agent.nam, which there is not', 'agent.name'],
    ['sise(request.path) > 1', 'calls sise, which there is not', 'size'],
    ['request.path.startWith("/a")', 'calls startWith, which there is not', 'startsWith'],
    ['agent.seen("a")', 'calls seen, which there is not', undefined],
    ['request.headers["X-A"] == "b"', 'reads the header X-A, and names of headers are in lower case', 'x-a'],
    ['size(request.path)', 'is neither true nor false', undefined],
    ['"yes"', 'is neither true nor false', undefined],
    ['request.path.matches("(?=a)")', 'has a pattern that cannot be compared: invalid or unsupported Perl syntax: `(?=`', undefined],
    ['[1].all(a, [1].all(b, [1].all(c, a == c)))', 'has loops more than 2 deep in each other', undefined],
    [`${'('.repeat(40)}true${')'.repeat(40)}`, 'is nested more than 32 levels deep', undefined],
    ['google.protobuf.Struct{} == request.path', 'makes a google.protobuf.Struct, which there is not', undefined],
    ['@within()', undefined, undefined],
    ['request.method ==', undefined, undefined],
  ])('%s', (text, message, nearest) => {
    const read = readCondition(text, VARIABLES.http);
    expect('fault' in read && { message: read.fault.message, nearest: read.fault.nearest }).toEqual({ message: message ?? expect.stringContaining('is no condition'), nearest });
  });
});

describe('a condition ends in time', () => {
  const many = json({ a: Array.from({ length: 20_000 }, (_, index) => index), text: 'x'.repeat(60_000), big: Array(20_000).fill('y') });

  test.each([
    ['loops in loops', 'request.json.a.all(x, request.json.a.all(y, x + y >= 0))'],
    ['searches in loops', 'request.json.a.all(x, !request.json.text.contains(string(x)))'],
    ['comparisons in loops', 'request.json.a.all(x, request.json.big == request.json.big)'],
    ['patterns', 'request.json.text.matches("^(x+x+)+y$")'],
  ])('%s', (_, text) => {
    const started = performance.now();
    expect(holds(text, many)).toBe('untold: it takes too long');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('an error ends the loop that it is in', () => {
    expect(holds('request.json.a.exists(x, request.json.a.exists(y, y.none))', many)).toBe('untold: field not found');
  });

  test('and one that costs little is told', () => {
    expect(holds('request.json.a.all(x, x >= 0) && "x".matches("^(x+x+)+y$") == false', many)).toBe(true);
  });
});
