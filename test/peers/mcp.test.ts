import { Client as StatelessClient, StreamableHTTPClientTransport as StatelessTransport } from '@modelcontextprotocol/client';
import { Client as SessionClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as SessionTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { fetch as fetchBy, ProxyAgent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { policyOf, startWorld, type World } from '../apps/proxy/harness.ts';
import { fakeMcpServer, type FakeMcpOptions, type FakeMcpServer } from '../fakes/mcp-server.ts';
import { startToolServer } from '../fakes/tool-server.ts';

const HOST = 'api.example.com';

interface Place {
  readonly world: World;
  readonly server: FakeMcpServer;
  readonly url: URL;
  /** As an agent has it whose environment names the proxy and its CA. */
  readonly fetch: typeof fetch;
}

async function placeOf(options: FakeMcpOptions): Promise<Place> {
  const server = fakeMcpServer(options);
  const upstream = await startToolServer({ hosts: [HOST], answer: server.answer });
  const url = new URL(`https://${HOST}:${upstream.port}/mcp`);
  const policy = policyOf(`- name: tickets\n  mcp: {url: '${url.href}', addresses: [127.0.0.1]}\n  rules:\n  - {name: read, allow: {tools: [search, ask], resources: ['file:///docs/*'], prompts: [greet]}}`);
  const world = await startWorld({ policy, ca: [upstream.ca], capturedPort: upstream.port });
  const dispatcher = new ProxyAgent({ uri: `http://127.0.0.1:${world.proxy.listening.explicit?.port ?? 0}`, requestTls: { ca: world.authority.certificatePem } });
  onTestFinished(async () => {
    await dispatcher.destroy();
    await upstream.close();
  });
  const through = async (input: unknown, init: object = {}): Promise<unknown> => await fetchBy(String(input), { ...init, dispatcher });
  return { world, server, url, fetch: through as typeof fetch };
}

const INFO = { name: 'agent', version: '1' };
const names = (listed: readonly { name: string }[]): string[] => listed.map(({ name }) => name);

describe.each([{ streams: false }, { streams: true }])('the SDK of sessions (1.x), answered by streams: $streams', ({ streams }) => {
  async function connected(): Promise<Place & { client: SessionClient }> {
    const place = await placeOf({ era: 'sessions', streams });
    const client = new SessionClient(INFO, { capabilities: { sampling: {} } });
    await client.connect(new SessionTransport(place.url, { fetch: place.fetch }) as Parameters<SessionClient['connect']>[0]);
    onTestFinished(async () => { await client.close(); });
    return { ...place, client };
  }

  test('finds in lists what it may use', async () => {
    const { client } = await connected();
    expect(names((await client.listTools()).tools)).toEqual(['search', 'ask']);
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['file:///docs/a']);
    expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['file:///docs/{name}']);
    expect(names((await client.listPrompts()).prompts)).toEqual(['greet']);
  });

  test('calls what is allowed, and is shown why it may not call the rest', async () => {
    const { client, world, server } = await connected();
    expect((await client.callTool({ name: 'search', arguments: { q: 'x' } })).content).toEqual([{ type: 'text', text: 'search {"q":"x"}' }]);
    await expect(client.callTool({ name: 'drop' })).rejects.toMatchObject({ code: -32007, message: expect.stringContaining('No rule allows this call'), data: { reason: 'no-rule-matched', call: expect.any(String) } });
    await expect(client.readResource({ uri: 'file:///secret/b' })).rejects.toMatchObject({ code: -32007 });
    expect(server.received.some(({ params }) => params?.name === 'drop')).toBe(false);
    expect(world.records.intents.some(({ decision, mcp }) => decision === 'deny' && mcp?.[0]?.tool === 'drop')).toBe(true);
  });

  test('is not asked to sample for the server', async () => {
    const { client, server, world } = await connected();
    let asked = 0;
    client.setRequestHandler(CreateMessageRequestSchema, () => {
      asked += 1;
      return { model: 'm', role: 'assistant' as const, content: { type: 'text' as const, text: 'secret' } };
    });
    const told = new Promise<void>((resolve) => { client.fallbackNotificationHandler = async () => { resolve(); }; });
    await expect.poll(() => world.records.intents.some(({ method, decision }) => method === 'GET' && decision === 'permit')).toBe(true);
    await expect.poll(() => {
      server.send({ jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } });
      server.send({ jsonrpc: '2.0', method: 'notifications/resources/list_changed' });
      return Promise.race([told.then(() => true), new Promise((resolve) => { setTimeout(resolve, 50, false); })]);
    }).toBe(true);
    expect(asked).toBe(0);
  });
});

describe.each([{ streams: false }, { streams: true }])('the SDK without sessions (2.x), answered by streams: $streams', ({ streams }) => {
  async function connected(): Promise<Place & { client: StatelessClient }> {
    const place = await placeOf({ era: 'stateless', streams });
    const client = new StatelessClient(INFO, { capabilities: { elicitation: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StatelessTransport(place.url, { fetch: place.fetch }));
    onTestFinished(async () => { await client.close(); });
    return { ...place, client };
  }

  test('finds in lists what it may use', async () => {
    const { client } = await connected();
    expect(names((await client.listTools()).tools)).toEqual(['search', 'ask']);
    expect(names((await client.listPrompts()).prompts)).toEqual(['greet']);
  });

  test('calls what is allowed, and is shown why it may not call the rest', async () => {
    const { client, server } = await connected();
    expect((await client.callTool({ name: 'search', arguments: { q: 'x' } })).content).toEqual([{ type: 'text', text: 'search {"q":"x"}' }]);
    await expect(client.callTool({ name: 'drop' })).rejects.toMatchObject({ code: -32007, message: expect.stringContaining('No rule allows this call'), data: { reason: 'no-rule-matched' } });
    expect(server.received.some(({ params }) => params?.name === 'drop')).toBe(false);
  });

  test('is not asked for a person\'s words inside of a result', async () => {
    const { client } = await connected();
    let asked = 0;
    client.setRequestHandler('elicitation/create', () => {
      asked += 1;
      return { action: 'accept' as const, content: {} };
    });
    await expect(client.callTool({ name: 'ask' })).rejects.toMatchObject({ code: -32007, data: { reason: 'no-rule-matched' } });
    expect(asked).toBe(0);
  });
});
