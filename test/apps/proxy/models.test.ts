import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startModelServer } from '../../fakes/model-server.ts';
import type { ToolServer } from '../../fakes/tool-server.ts';
import { type Answer, policyOf, readUntil, startWorld, type World } from './harness.ts';

const HOST = 'api.example.com';

async function worldOf(llm: string, rules = '[]', pace?: number): Promise<{ world: World; server: ToolServer }> {
  const server = await startModelServer({ hosts: [HOST], ...(pace !== undefined && { pace }) });
  onTestFinished(async () => { await server.close(); });
  const policy = policyOf(`- name: model\n  llm: {hosts: [${HOST}], ports: [${server.port}], addresses: [127.0.0.0/8], ${llm}}\n  rules: ${rules}`);
  const world = await startWorld({ policy, ca: [server.ca], capturedPort: server.port });
  return { world, server };
}

const CHAT = '/v1/chat/completions';

async function ask(world: World, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const text = JSON.stringify(body);
  return await world.ask('captured-tls', HOST, { method: 'POST', path, headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers }, body: text });
}

const f = (name: string): unknown => ({ type: 'function', function: { name } });

describe('calls to models', () => {
  test.each<[string, string, unknown]>([
    ['openai', CHAT, { model: 'good', stream: true }],
    ['openai', CHAT, { model: 'good' }],
    ['openai', '/v1/responses', { model: 'good', stream: true }],
    ['anthropic', '/v1/messages', { model: 'good', max_tokens: 5, stream: true }],
    ['gemini', '/v1beta/models/good:streamGenerateContent', {}],
    ['gemini', '/v1beta/models/good:streamGenerateContent?alt=sse', {}],
    ['bedrock', '/model/good/converse-stream', {}],
    ['bedrock', '/model/good/invoke', {}],
  ])('of %s at %s are recorded with model, usage and tool calls, and with nothing that was said', async (provider, path, body) => {
    const { world } = await worldOf(`provider: ${provider}, models: [good]`);
    expect((await ask(world, path, body)).status).toBe(200);
    const outcome = await world.records.outcome();
    expect(outcome.llm).toMatchObject({ usage: { inputTokens: 100, cacheReadTokens: 60, outputTokens: 40 }, toolCalls: [{ id: 'call_1', name: 'get_weather' }] });
    const intent = await world.records.intent();
    expect(intent).toMatchObject({ protocol: 'llm', llm: { provider, model: 'good', tools: [] }, reason: 'allowed-by-access' });
    expect(JSON.stringify([intent, outcome])).not.toMatch(/Let me|Berlin/);
  });

  test('do not show the agent a chunk with usage that it did not ask for', async () => {
    const { world, server } = await worldOf('provider: openai, models: [good]');
    const answer = await ask(world, CHAT, { model: 'good', stream: true });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({ model: 'good', stream: true, stream_options: { include_usage: true } });
    expect(server.calls[0]?.headers['accept-encoding']).toBe('identity');
    expect(answer.body).not.toContain('prompt_tokens');
    expect(answer.body).toMatch(/data: \[DONE\]\n\n$/);
    const asked = await ask(world, CHAT, { model: 'good', stream: true, stream_options: { include_usage: true } });
    expect(asked.body).toContain('prompt_tokens');
  });

  test('lose the tools that the policy strips', async () => {
    const { world, server } = await worldOf('provider: openai, models: [good]', '[{name: no-search, deny: {tools: ["web_search*"]}, strip: true}]');
    await ask(world, CHAT, { model: 'good', tools: [f('web_search'), f('keep')], tool_choice: f('web_search') });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({ model: 'good', tools: [f('keep')] });
    expect(await world.records.intent()).toMatchObject({ llm: { tools: ['web_search', 'keep'] } });
  });
});

describe('calls to models are refused in the provider\'s words', () => {
  test.each<[string, string, string, unknown, unknown]>([
    ['openai', 'no-rule-matched', CHAT, { model: 'bad', max_tokens: 5 }, { error: { type: 'permission_error', code: 'no-rule-matched', param: null } }],
    ['anthropic', 'denied-by-rule', '/v1/messages', { model: 'good', max_tokens: 99 }, { type: 'error', error: { type: 'permission_error', rule: 'model/max-tokens' } }],
    ['gemini', 'denied-by-rule', '/v1beta/models/good:generateContent', { generationConfig: { maxOutputTokens: 50 } }, { error: { code: 403, status: 'PERMISSION_DENIED' } }],
    ['bedrock', 'denied-by-rule', '/model/good/converse', {}, { reason: 'denied-by-rule' }],
    ['openai', 'message-unread', '/v1/files', { model: 'good', max_tokens: 1 }, { error: { code: 'message-unread' } }],
    ['openai', 'message-unread', CHAT, { model: 'good', Max_Tokens: 1 }, { error: { code: 'message-unread' } }],
  ])('of %s: %s', async (provider, reason, path, body, words) => {
    const { world, server } = await worldOf(`provider: ${provider}, models: [good], maxTokens: 10`);
    const answer = await ask(world, path, body);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject(words as object);
    expect((await world.records.intent()).reason).toBe(reason);
    expect(server.calls).toEqual([]);
  });

  test('a type that is not JSON hides nothing, nor does a key twice', async () => {
    const { world, server } = await worldOf('provider: openai, models: [good]');
    expect((await ask(world, CHAT, { model: 'good' }, { 'content-type': 'text/plain' })).status).toBe(403);
    const text = '{"model":"good","model":"bad"}';
    expect((await world.ask('captured-tls', HOST, { method: 'POST', path: CHAT, headers: { 'content-type': 'application/json', 'content-length': String(text.length) }, body: text })).status).toBe(403);
    expect(server.calls).toEqual([]);
  });
});

test('an agent that hangs up in the middle of an answer is metered all the same', async () => {
  const { world } = await worldOf('provider: anthropic, models: [good]', '[]', 20);
  const socket = await world.enter('captured-tls', HOST, { port: portOf(world) });
  const body = JSON.stringify({ model: 'good', max_tokens: 5, stream: true });
  socket.write(`POST /v1/messages HTTP/1.1\r\nhost: ${HOST}:${portOf(world)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await readUntil(socket, 'message_start');
  socket.destroy();
  await once(socket, 'close');
  const outcome = await world.records.outcome();
  expect(outcome).toMatchObject({ result: 'cut', reason: 'client-gone', llm: { usage: { inputTokens: 100, outputTokens: 40, webSearches: 3 }, finish: 'tool_use' } });
});

function portOf({ source }: World): number {
  return source.current()?.policies[0]?.spec.tools[0]?.llm?.ports?.[0] ?? 443;
}
