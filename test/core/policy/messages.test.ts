import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import type { Headers, HttpAction, LlmMessage, McpMessage, ProtocolMessage } from '../../../src/core/terms/action.ts';
import type { Verdict } from '../../../src/core/terms/verdict.ts';
import { AGENT, call, policy, snapshotOf } from './fixtures.ts';

function brief(verdict: Verdict): string {
  const { reason, rule } = verdict.kind === 'permit' ? verdict.facts : verdict;
  return [verdict.kind, reason, ...(rule === undefined ? [] : [rule.rule])].join(' ');
}

const judged = (policies: readonly string[], action: HttpAction): string => brief(evaluate(snapshotOf(policies), AGENT, action, 0));

const said = (text: string, messages: readonly ProtocolMessage[] | undefined, headers: Headers = []): HttpAction => ({ ...call(text, headers), ...(messages && { messages }) });

const tool = (name: string, args: unknown = {}): McpMessage => ({ kind: 'mcp', method: 'tools/call', tool: name, args, id: 1 });
const method = (name: string, about?: string): McpMessage => ({ kind: 'mcp', method: name, ...(about !== undefined && { name: about }) });
const ask = (message: Partial<LlmMessage>): HttpAction => said('POST https://model.example.com/v1/chat', [{ kind: 'llm', provider: 'openai', model: 'small-1', tools: [], maxTokens: 50, stream: false, ...message }]);
const socket = (rules: string, websocket = true) => policy(`tools: [{name: api, http: {hosts: [api.example.com], websocket: ${websocket}}, rules: [{name: open, allow: {paths: [/ws]}}, ${rules}]}]`);
const tunnel = (text: string, scheme: 'tcp' | 'https') => brief(evaluate(snapshotOf([text]), AGENT, { kind: 'tunnel', authority: { ...call('GET https://db.example.com/').authority, scheme, port: scheme === 'tcp' ? 5432 : 443 } }, 0));
const tcp = (more: string) => policy(`tools: [{name: db, tcp: {hosts: [db.example.com], ports: [5432]}${more}}]`);
const tls = (mode: string) => policy(`tools: [{name: db, http: {hosts: [db.example.com], tls: ${mode}}, access: full}]`);
const of = (some: readonly string[]) => policy(`tools: [{name: t, mcp: {url: "https://mcp.example.com/mcp"}, rules: [${some.join(', ')}]}]`);

describe('MCP', () => {
  const TICKETS = policy(`tools: [{name: tickets, mcp: {url: "https://mcp.example.com/mcp"}, rules: [
    {name: read, allow: {tools: [search, get_*], resources: ["file:///public/*"], prompts: [greet]}},
    {name: many, hold: {tools: [get_all]}, when: args.ids.size() > 2},
    {name: secret, deny: {tools: [get_secret]}},
    {name: sample, deny: {methods: [sampling/createMessage]}}]}]`);
  const at = (messages: readonly ProtocolMessage[] | undefined, path = '/mcp') => judged([TICKETS], said(`POST https://mcp.example.com${path}`, messages));

  test.each<[string, readonly ProtocolMessage[] | undefined, string]>([
    ['a tool that is listed', [tool('search')], 'permit allowed-by-rule read'],
    ['a tool by its beginning', [tool('get_one')], 'permit allowed-by-rule read'],
    ['a tool that is not listed', [tool('close')], 'deny no-rule-matched'],
    ['a tool in other letters', [tool('Search')], 'deny no-rule-matched'],
    ['a denied tool in other letters', [tool('GET_SECRET')], 'deny denied-by-rule secret'],
    ['a call whose arguments a person has to see', [tool('get_all', { ids: [1, 2, 3] })], 'hold held-by-rule many'],
    ['a call whose arguments are few', [tool('get_all', { ids: [1] })], 'permit allowed-by-rule read'],
    ['a call whose arguments cannot be told', [tool('get_all', {})], 'hold held-by-rule many'],
    ['a resource', [method('resources/read', 'file:///public/a')], 'permit allowed-by-rule read'],
    ['another resource', [method('resources/read', 'file:///etc/passwd')], 'deny no-rule-matched'],
    ['a prompt', [method('prompts/get', 'greet')], 'permit allowed-by-rule read'],
    ['a tool of the name of a prompt', [tool('greet')], 'deny no-rule-matched'],
    ['what it takes to speak it', [method('initialize'), method('tools/list')], 'permit allowed-by-protocol'],
    ['a request of the server that is denied', [method('sampling/createMessage')], 'deny denied-by-rule sample'],
    ['a request of the server that nothing allows', [method('elicitation/create')], 'deny no-rule-matched'],
    ['a batch of which one is denied (E33)', [tool('search'), tool('get_secret'), tool('get_one')], 'deny denied-by-rule secret'],
    ['a batch of which one is not allowed (E33)', [tool('search'), tool('close')], 'deny no-rule-matched'],
    ['the opening of a stream', [], 'permit allowed-by-protocol'],
    ['what was not read (E22)', undefined, 'deny message-unread'],
    ['what was read as something else', [{ kind: 'grpc', service: 'a', method: 'b' }], 'deny message-unread'],
  ])('%s', (_, messages, expected) => {
    expect(at(messages)).toBe(expected);
  });

  test('is only at its path', () => {
    expect(at([tool('search')], '/other')).toBe('deny no-rule-matched');
  });

  test('that allows nothing is not spoken at all (E35)', () => {
    const silent = policy('tools: [{name: tickets, mcp: {url: "https://mcp.example.com/mcp"}, rules: [{deny: {tools: [a]}}]}]');
    expect(judged([silent], said('POST https://mcp.example.com/mcp', [method('initialize')]))).toBe('deny no-rule-matched');
  });
});

describe('a model', () => {
  const MODEL = policy(`tools: [{name: model, llm: {provider: openai, hosts: [model.example.com], models: [small-*], maxTokens: 1000}, rules: [
    {name: tools, deny: {tools: [shell]}},
    {name: out, deny: {tools: [web_*]}, strip: true},
    {name: big, allow: {models: [big], tools: [search], maxTokens: 100}}]}]`);

  test.each([
    ['that is listed', {}, 'permit allowed-by-access models'],
    ['that is not', { model: 'huge' }, 'deny no-rule-matched'],
    ['with a forbidden tool', { tools: ['search', 'Shell'] }, 'deny denied-by-rule tools'],
    ['with more tokens than the ceiling', { maxTokens: 1001 }, 'deny denied-by-rule max-tokens'],
    ['without a word on tokens', { maxTokens: undefined as unknown as number }, 'deny denied-by-rule max-tokens'],
    ['by a rule', { model: 'big', tools: ['search'], maxTokens: 100 }, 'permit allowed-by-rule big'],
    ['by a rule with a tool that it does not list', { model: 'big', tools: ['search', 'mail'] }, 'deny no-rule-matched'],
    ['by a rule with more tokens than it allows', { model: 'big', maxTokens: 101 }, 'deny no-rule-matched'],
    ['by a rule with a tool that is taken out', { model: 'big', tools: ['search', 'web_get'] }, 'permit allowed-by-rule big'],
  ])('%s', (_, message, expected) => {
    expect(judged([MODEL], ask(message))).toBe(expected);
  });

  test('is asked without the tools that are taken out', () => {
    const verdict = evaluate(snapshotOf([MODEL]), AGENT, ask({ tools: ['search', 'web_get', 'web_put'] }), 0);
    expect(verdict.kind === 'permit' && verdict.facts.treatment).toEqual({ protocol: 'llm', provider: 'openai', http2: false, strip: ['web_get', 'web_put'] });
  });
});

describe('gRPC', () => {
  const SHOP = policy('tools: [{name: shop, grpc: {hosts: [grpc.example.com]}, rules: [{name: read, allow: {services: [shop.v1.*], methods: [Get*]}}, {name: never, deny: {methods: [GetSecret]}}]}]');
  const at = (path: string, type = 'application/grpc+proto', method = 'POST') => judged([SHOP], call(`${method} https://grpc.example.com${path}`, [['content-type', type]]));

  test.each([
    ['a method that is listed', at('/shop.v1.Orders/Get'), 'permit allowed-by-rule read'],
    ['another service', at('/bank.v1.Orders/Get'), 'deny no-rule-matched'],
    ['another method', at('/shop.v1.Orders/Delete'), 'deny no-rule-matched'],
    ['a denied method', at('/shop.v1.Orders/getsecret'), 'deny denied-by-rule never'],
    ['another media type', at('/shop.v1.Orders/Get', 'application/json'), 'deny message-unread'],
    ['a path of another depth', at('/shop.v1.Orders/Get/x'), 'deny message-unread'],
    ['another method of HTTP', at('/shop.v1.Orders/Get', 'application/grpc', 'GET'), 'deny message-unread'],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

describe('a WebSocket', () => {
  const upgrade: HttpAction = { ...call('GET https://api.example.com/ws'), upgrade: 'websocket' };
  const message = (text: string, opcode: 'text' | 'binary' = 'text'): HttpAction => ({ ...upgrade, messages: [{ kind: 'websocket', opcode, bytes: Buffer.from(text), direction: 'sent', ...(opcode === 'text' && { text }) }] });

  test.each([
    ['is opened by a rule', [socket('')], upgrade, 'permit allowed-by-rule open'],
    ['is not opened where the tool does not say so', [socket('', false)], upgrade, 'deny upgrade-refused'],
    ['lets messages pass by the rule that opened it', [socket('')], message('a'), 'permit allowed-by-rule open'],
    ['has messages that are denied', [socket('{name: bye, deny: {messages: [text]}, when: message.text.contains("secret")}')], message('a secret'), 'deny denied-by-rule bye'],
    ['has others that are not', [socket('{name: bye, deny: {messages: [text]}, when: message.text.contains("secret")}')], message('a'), 'permit allowed-by-rule open'],
    ['has only the messages that are listed, once any are', [socket('{name: texts, allow: {messages: [text]}}')], message('a', 'binary'), 'deny no-rule-matched'],
    ['has those that are listed', [socket('{name: texts, allow: {messages: [text]}}')], message('a'), 'permit allowed-by-rule texts'],
  ])('%s', (_, policies, action, expected) => {
    expect(judged(policies, action)).toBe(expected);
  });
});

describe('bytes that nobody reads', () => {

  test.each([
    ['pass to a tcp tool that lets them', tunnel(tcp(', access: full'), 'tcp'), 'permit allowed-by-access access'],
    ['do not where it only lists the host', tunnel(tcp(''), 'tcp'), 'deny no-rule-matched'],
    ['pass through a tunnel', tunnel(tls('tunnel'), 'https'), 'permit allowed-by-access access'],
    ['do not pass where calls are read', tunnel(tls('intercept'), 'https'), 'deny tunnel-refused'],
    ['are not a call that was read', judged([tls('tunnel')], call('GET https://db.example.com/')), 'deny message-unread'],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

describe('whatever a call says', () => {
  const name = fc.constantFrom('a', 'ab', 'b', 'A');
  const message: fc.Arbitrary<McpMessage> = fc.record({ kind: fc.constant('mcp' as const), method: fc.constantFrom('tools/call', 'initialize', 'sampling/createMessage'), tool: name });
  const lists = fc.subarray(['a', '"*"', 'b']).map((some) => `[${some.join(', ')}]`);
  const rules = fc.array(fc.tuple(fc.constantFrom('allow', 'deny', 'hold'), lists), { maxLength: 4 }).map((some) => some.map(([effect, tools]) => `{${effect}: {tools: ${tools}}}`));

  test('an empty list matches nothing (E35), and a rule that denies wins wherever it stands', () => {
    fc.assert(fc.property(rules, message, (some, each) => {
      const action = said('POST https://mcp.example.com/mcp', [each]);
      if (each.method !== "initialize") expect(judged([of([...some, "{allow: {tools: []}}"])], action).split(" ")[0]).toBe(judged([of(some)], action).split(" ")[0]);
      if (each.method === 'tools/call') expect(judged([of([...some, '{deny: {tools: ["*"]}}'])], action)).toContain('deny denied-by-rule');
    }), { numRuns: 100 });
  });

  test('a batch is permitted only if each of its messages is (E33)', () => {
    fc.assert(fc.property(rules, fc.array(message, { minLength: 1, maxLength: 4 }), (some, batch) => {
      const permitted = (messages: readonly ProtocolMessage[]): boolean => judged([of(some)], said('POST https://mcp.example.com/mcp', messages)).startsWith('permit');
      expect(permitted(batch)).toBe(batch.every((each) => permitted([each])));
    }), { numRuns: 100 });
  });
});
