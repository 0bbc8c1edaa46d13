import { createServer, request as httpRequest } from 'node:http';
import Anthropic, { PermissionDeniedError as AnthropicDenied } from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import OpenAI, { PermissionDeniedError as OpenAiDenied } from 'openai';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OutcomeDraft } from '../../src/core/evidence/draft.ts';
import type { LlmProvider } from '../../src/core/terms/action.ts';
import { policyOf, startWorld, type World } from '../apps/proxy/harness.ts';
import { startModelServer } from '../fakes/model-server.ts';
import type { ToolServer } from '../fakes/tool-server.ts';

const HOST = 'api.example.com';

interface Place {
  readonly world: World;
  readonly server: ToolServer;
  /** Base URL of the provider, as the agent knows it. */
  readonly url: string;
}

/** Plain HTTP in absolute form, so that each SDK's own client reaches the proxy through nothing but a base URL. */
async function placeOf(provider: LlmProvider): Promise<Place> {
  const server = await startModelServer({ hosts: [] });
  const policy = policyOf(`- name: model\n  llm: {provider: ${provider}, tls: 'off', hosts: [${HOST}], ports: [${server.port}], addresses: [127.0.0.0/8], models: [good]}\n  rules: [{name: no-search, deny: {tools: [forbidden]}}]`);
  const world = await startWorld({ policy, capturedPort: server.port });
  const way = await inAbsoluteForm(`${HOST}:${server.port}`, world.proxy.listening.explicit?.port ?? 0);
  onTestFinished(async () => { await server.close(); });
  return { world, server, url: way };
}

/** A local port on which every request is sent on to the proxy for the host. */
async function inAbsoluteForm(host: string, proxy: number): Promise<string> {
  const gate = createServer((request, response) => {
    const sent = httpRequest({ host: '127.0.0.1', port: proxy, method: request.method, path: `http://${host}${request.url ?? ''}`, headers: { ...request.headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => { response.destroy(); });
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => { gate.listen(0, '127.0.0.1', resolve); });
  onTestFinished(() => { gate.close().closeAllConnections(); });
  const at = gate.address();
  return `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
}

async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** What the record says of the only call. */
async function metered({ world }: Place): Promise<OutcomeDraft['llm']> {
  return (await world.records.outcome()).llm;
}

const TOLD = { usage: { inputTokens: 100, cacheReadTokens: 60, outputTokens: 40 }, toolCalls: [{ id: 'call_1', name: 'get_weather' }] };
const parameters = { type: 'object', properties: { city: { type: 'string' } } } as const;

const openAi = ({ url }: Place): OpenAI => new OpenAI({ apiKey: 'placeholder', baseURL: `${url}/v1`, maxRetries: 0 });

describe('the openai SDK', () => {
  const messages = [{ role: 'user' as const, content: 'weather?' }];

  test('chats, whole and streamed, without a chunk that it did not ask for', async () => {
    const place = await placeOf('openai');
    const whole = await openAi(place).chat.completions.create({ model: 'good', messages });
    expect(whole.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(await metered(place)).toMatchObject(TOLD);
    const chunks = await all(await openAi(place).chat.completions.create({ model: 'good', messages, stream: true }));
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
    expect((await place.world.records.outcome(1)).llm).toMatchObject(TOLD);
    const asked = await all(await openAi(place).chat.completions.create({ model: 'good', messages, stream: true, stream_options: { include_usage: true } }));
    expect(asked.at(-1)?.usage?.total_tokens).toBe(140);
  });

  test('asks for responses, whole and streamed', async () => {
    const place = await placeOf('openai');
    expect((await openAi(place).responses.create({ model: 'good', input: 'weather?' })).output_text).toBe('Let me see.');
    expect(await metered(place)).toMatchObject(TOLD);
    const events = await all(await openAi(place).responses.create({ model: 'good', input: 'weather?', stream: true }));
    expect(events.at(-1)?.type).toBe('response.completed');
    expect((await place.world.records.outcome(1)).llm).toMatchObject(TOLD);
  });

  test('shows why a model and a tool are refused', async () => {
    const place = await placeOf('openai');
    const refused: unknown = await openAi(place).chat.completions.create({ model: 'bad', messages, stream: true }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAiDenied);
    expect(refused).toMatchObject({ status: 403, code: 'no-rule-matched', type: 'permission_error' });
    const tools = [{ type: 'function' as const, function: { name: 'forbidden', parameters } }];
    expect(await openAi(place).chat.completions.create({ model: 'good', messages, tools }).catch((error: unknown) => error)).toMatchObject({ code: 'denied-by-rule', message: expect.stringContaining('rule no-search of tool model') as string });
    expect(place.server.calls).toEqual([]);
  });
});

const anthropic = ({ url }: Place): Anthropic => new Anthropic({ apiKey: 'placeholder', baseURL: url, maxRetries: 0 });

describe('the Anthropic SDK', () => {
  const messages = [{ role: 'user' as const, content: 'weather?' }];

  test('asks for messages, whole and streamed', async () => {
    const place = await placeOf('anthropic');
    const whole = await anthropic(place).messages.create({ model: 'good', max_tokens: 50, messages });
    expect(whole.content.at(-1)).toMatchObject({ type: 'tool_use', input: { city: 'Berlin', days: 2 } });
    expect(await metered(place)).toMatchObject(TOLD);
    const streamed = await anthropic(place).messages.stream({ model: 'good', max_tokens: 50, messages }).finalMessage();
    expect(streamed.content.at(-1)).toMatchObject({ type: 'tool_use', input: { city: 'Berlin', days: 2 } });
    expect((await place.world.records.outcome(1)).llm).toMatchObject({ ...TOLD, finish: 'tool_use' });
  });

  test('shows why a model is refused', async () => {
    const place = await placeOf('anthropic');
    const refused: unknown = await anthropic(place).messages.create({ model: 'bad', max_tokens: 5, messages }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AnthropicDenied);
    expect(refused).toMatchObject({ status: 403, error: { type: 'error', error: { type: 'permission_error' } } });
  });
});

const google = ({ url }: Place): GoogleGenAI => new GoogleGenAI({ apiKey: 'placeholder', httpOptions: { baseUrl: url } });

describe('the Google GenAI SDK', () => {
  test('generates content, whole and streamed', async () => {
    const place = await placeOf('gemini');
    expect((await google(place).models.generateContent({ model: 'good', contents: 'weather?' })).functionCalls).toHaveLength(1);
    expect(await metered(place)).toMatchObject(TOLD);
    const chunks = await all(await google(place).models.generateContentStream({ model: 'good', contents: 'weather?' }));
    expect(chunks).toHaveLength(2);
    expect((await place.world.records.outcome(1)).llm).toMatchObject(TOLD);
  });

  test('shows why a tool is refused', async () => {
    const place = await placeOf('gemini');
    const config = { tools: [{ functionDeclarations: [{ name: 'forbidden' }] }] };
    await expect(google(place).models.generateContent({ model: 'good', contents: 'x', config })).rejects.toMatchObject({ status: 403, message: expect.stringContaining('PERMISSION_DENIED') as string });
  });
});

async function* none(): AsyncIterable<never> {}

const bedrock = ({ url }: Place): BedrockRuntimeClient => new BedrockRuntimeClient({
  region: 'eu-central-1', endpoint: url, credentials: { accessKeyId: 'placeholder', secretAccessKey: 'placeholder' }, maxAttempts: 1,
  // By itself it speaks HTTP/2, which it would have to speak over TLS here.
  requestHandler: new NodeHttpHandler(),
});

describe('the Bedrock SDK', () => {
  const messages = [{ role: 'user' as const, content: [{ text: 'weather?' }] }];

  test('converses, whole and streamed', async () => {
    const place = await placeOf('bedrock');
    expect((await bedrock(place).send(new ConverseCommand({ modelId: 'good', messages }))).stopReason).toBe('tool_use');
    expect(await metered(place)).toMatchObject(TOLD);
    const { stream } = await bedrock(place).send(new ConverseStreamCommand({ modelId: 'good', messages }));
    const events = await all(stream ?? none());
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBe(40);
    expect((await place.world.records.outcome(1)).llm).toMatchObject(TOLD);
  });

  test('invokes models, whole and streamed', async () => {
    const place = await placeOf('bedrock');
    const asked = { modelId: 'good', contentType: 'application/json', body: JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 5, messages: [] }) };
    expect(JSON.parse((await bedrock(place).send(new InvokeModelCommand(asked))).body.transformToString())).toMatchObject({ type: 'message' });
    expect(await metered(place)).toMatchObject(TOLD);
    const { body } = await bedrock(place).send(new InvokeModelWithResponseStreamCommand(asked));
    expect(await all(body ?? none())).toHaveLength(13);
    expect((await place.world.records.outcome(1)).llm).toMatchObject(TOLD);
  });

  test('shows why a model is refused', async () => {
    const place = await placeOf('bedrock');
    await expect(bedrock(place).send(new ConverseCommand({ modelId: 'bad', messages }))).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('bad') as string });
  });
});
