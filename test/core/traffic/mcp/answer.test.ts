import { describe, expect, test } from 'vitest';
import type { McpMessage } from '../../../../src/core/terms/action.ts';
import { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import { McpAnswer } from '../../../../src/core/traffic/mcp/answer.ts';

const tools = ['search', 'drop', 'get_a'].map((name) => ({ name, description: `does ${name}`, inputSchema: { type: 'object' } }));
const result = (id: unknown, value: object): object => ({ jsonrpc: '2.0', id, result: value });
const request = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 's1', method, params });
const LIST = result(1, { tools, nextCursor: 'n' });
const FILTERED = result(1, { tools: [tools[0], tools[2]], nextCursor: 'n' });
const PROGRESS = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } };

const allowed = (message: McpMessage): boolean => !['drop', 'secret:///a', 'secret:///{x}', 'hidden'].includes(message.tool ?? message.name ?? '') && !['sampling/createMessage', 'elicitation/create'].includes(message.method);

interface Answered {
  readonly status?: number;
  readonly type?: string | undefined;
  readonly headers?: readonly (readonly [string, string])[];
  readonly asked?: Readonly<Record<string, string>>;
}

function answerTo(body: string, { status = 200, type = 'application/json', headers = [], asked = { 1: 'tools/list' } }: Answered = {}, piece = body.length): { text: string; facts: object } {
  const answer = new McpAnswer(new Map(Object.entries(asked)), {
    objection: (message) => (allowed(message) ? undefined : { reason: 'no-rule-matched', sentence: `${message.method} is not allowed.`, call: 'c1', rule: { policy: 'agents/p', tool: 't', rule: 'r' } }),
    shows: allowed,
  });
  answer.head({ status, headers: [...headers, ['content-type', type]] });
  const out: Buffer[] = [];
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += piece) answer.data(Buffer.from(bytes.subarray(at, at + piece)), (chunk) => { out.push(Buffer.from(chunk)); });
  answer.end((chunk) => { out.push(Buffer.from(chunk)); });
  return { text: Buffer.concat(out).toString(), facts: answer.facts() };
}

const event = (data: object, more = ''): string => `${more}data: ${JSON.stringify(data)}\n\n`;
const EVENTS = { type: 'text/event-stream' };

describe('lists hold what may be used', () => {
  test.each([
    ['tools/list', { tools }, { tools: [tools[0], tools[2]] }],
    ['resources/list', { resources: [{ uri: 'secret:///a' }, { uri: 'file:///b' }] }, { resources: [{ uri: 'file:///b' }] }],
    ['resources/templates/list', { resourceTemplates: [{ uriTemplate: 'secret:///{x}' }] }, { resourceTemplates: [] }],
    ['prompts/list', { prompts: [{ name: 'hidden' }, { name: 'greet' }, { title: 'no name' }, 7, { name: 'a\0b' }] }, { prompts: [{ name: 'greet' }] }],
    ['tools/list', { tools: 'all of them' }, { tools: [] }],
  ])('%s', (method, value, expected) => {
    const { text } = answerTo(JSON.stringify(result(1, value)), { asked: { 1: method } });
    expect(JSON.parse(text)).toEqual(result(1, expected));
  });

  test('in an event stream, where other events pass byte for byte and at once', () => {
    const stream = `: hello\n\n${event(PROGRESS, 'id: 7\n')}${event(LIST, 'event: message\nid: 8\n')}`;
    for (const piece of [stream.length, 1, 7]) {
      const { text, facts } = answerTo(stream, EVENTS, piece);
      expect(text).toBe(`: hello\n\n${event(PROGRESS, 'id: 7\n')}event: message\nid: 8\ndata: ${JSON.stringify(FILTERED)}\n\n`);
      expect(facts).toEqual({ mcp: { filtered: 1 } });
    }
  });

  test('in a batch', () => {
    expect(JSON.parse(answerTo(JSON.stringify([LIST, result(2, {})])).text)).toEqual([FILTERED, result(2, {})]);
  });

  test('where the id is not one that was asked with, as on a stream that goes on or for a client that takes "1" for 1', () => {
    for (const id of ['1', 9]) expect(JSON.parse(answerTo(JSON.stringify(result(id, { tools }))).text)).toEqual(result(id, { tools: [tools[0], tools[2]] }));
  });

  test('but what a tool answers is its own', () => {
    const text = JSON.stringify(result(1, { tools, content: [] }));
    expect(answerTo(text, { asked: { 1: 'tools/call' } }).text).toBe(text);
  });

  test('a list without a change passes byte for byte', () => {
    const text = `{ "jsonrpc" : "2.0", "id":1, "result": {"tools":[], "big": 12345678901234567890, "half":"\\ud83d", "Big": 1} }`;
    expect(answerTo(text).text).toBe(text);
  });
});

describe('what a server asks of the agent is judged', () => {
  test('and withheld in a stream, whose ids still count', () => {
    const stream = event(request('sampling/createMessage'), 'id: 3\n') + event(request('elicitation/create')) + event(request('roots/list')) + event(PROGRESS);
    expect(answerTo(stream, EVENTS).text).toBe(`id: 3\n\n\n${event(request('roots/list'))}${event(PROGRESS)}`);
    expect(answerTo(stream, EVENTS).facts).toEqual({ mcp: { withheld: 2 } });
  });

  test('also in an event that ends with the stream, and one of another type', () => {
    expect(answerTo(`event: other\ndata: ${JSON.stringify(request('sampling/createMessage'))}`, EVENTS).text).not.toContain('sampling');
  });

  test('also among others in a batch', () => {
    expect(JSON.parse(answerTo(JSON.stringify([request('sampling/createMessage'), PROGRESS])).text)).toEqual([PROGRESS]);
  });

  test('also inside of a result, which becomes an error that says why', () => {
    const { text } = answerTo(JSON.stringify(result(1, { resultType: 'input_required', inputRequests: { a: { method: 'roots/list' }, b: { method: 'elicitation/create', params: {} } } })), { asked: { 1: 'tools/call' } });
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0', id: 1,
      error: { code: -32007, message: 'No rule allows this call: elicitation/create is not allowed.', data: { reason: 'no-rule-matched', rule: 't/r', policy: 'agents/p', call: 'c1' } },
    });
  });

  test('and what may be asked inside of a result passes', () => {
    const text = JSON.stringify(result(1, { resultType: 'input_required', inputRequests: { a: { method: 'roots/list' } } }));
    expect(answerTo(text, { asked: { 1: 'tools/call' } }).text).toBe(text);
  });

  test('alone in an answer that is no stream, it is no answer', () => {
    expect(() => answerTo(JSON.stringify(request('sampling/createMessage')))).toThrow('asks the agent for what the policy does not allow');
  });
});

describe('what cannot be read does not reach the agent', () => {
  test.each([
    ['no JSON', 'hello', {}],
    ['no message', '{"a":1}', {}],
    ['a member twice', '{"jsonrpc":"2.0","id":1,"result":{},"result":{"tools":[]}}', {}],
    ['a list under another name', JSON.stringify(result(1, { Tools: tools })), {}],
    ['an event that is no message', 'data: hello\n\n', EVENTS],
    ['an event that is no UTF-8', Buffer.from('data: "\xff"\n\n', 'latin1').toString('latin1'), EVENTS],
    ['a list in an answer of another type', JSON.stringify({ hello: 1 }), { type: 'text/plain' }],
    ['a result in a failing answer that cannot be read', '{"id":1,"result":{"tools":[]}}', { status: 500 }],
    ['an encoded answer', '{}', { headers: [['content-encoding', 'gzip']] as const }],
  ])('%s', (_, body, answered: Answered) => {
    expect(() => answerTo(body, answered)).toThrow(ProtocolFault);
  });

  test('an event that is longer than can be judged', () => {
    expect(() => answerTo(`data: ${'a'.repeat(9 * 1024 * 1024)}\n\n`, EVENTS, 1 << 16)).toThrow('expected events of at most');
  });
});

describe('what is no message of a server passes', () => {
  test.each([
    ['nothing (202)', '', { status: 202 }],
    ['the page of a gateway', '<h1>Bad gateway</h1>', { status: 502, type: 'text/html' }],
    ['an error of OAuth', '{"error":"invalid_token"}', { status: 401 }],
    ['an error of JSON-RPC', '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}}', { status: 404 }],
  ])('%s', (_, body, answered) => {
    expect(answerTo(body, answered).text).toBe(body);
  });
});
