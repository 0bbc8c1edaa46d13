import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SeenCall } from './tool-server.ts';

type Members = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Members & { readonly name?: string; readonly uri?: string; readonly arguments?: Members; readonly _meta?: Members };
  readonly result?: unknown;
}

export interface FakeMcpServer {
  /** Given to `startToolServer` as its `answer`. */
  readonly answer: (call: SeenCall, response: ServerResponse, request: IncomingMessage) => void;
  /** Messages that arrived, in their order. */
  readonly received: readonly Message[];
  /** What it says of its tools from now on. */
  describe(tools: readonly Members[]): void;
  /** Sends a message on every stream that GET opened. */
  send(message: object): void;
}

export interface FakeMcpOptions {
  /** `sessions`: 2025-11-25, with `initialize` and Mcp-Session-Id; `stateless`: 2026-07-28. */
  readonly era: 'sessions' | 'stateless';
  /** Answers by an event stream where the client takes one. */
  readonly streams?: boolean;
}

const TOOLS: readonly Members[] = ['search', 'drop', 'ask'].map((name) => ({
  name, description: `Does ${name}.`, inputSchema: { type: 'object', properties: { q: { type: 'string' }, n: { type: 'integer' } } },
}));

const VERSIONS = { sessions: '2025-11-25', stateless: '2026-07-28' } as const;
const INFO = { name: 'fake', version: '1' };

/** An MCP server over streamable HTTP that says what it was asked, in one of the protocol's two eras. */
export function fakeMcpServer({ era, streams = false }: FakeMcpOptions): FakeMcpServer {
  const received: Message[] = [];
  const open = new Set<ServerResponse>();
  let tools = TOOLS;
  const answer: FakeMcpServer['answer'] = (call, response) => {
    if (call.method === 'GET' && era === 'sessions') return openStream(response, open);
    if (call.method === 'DELETE' && era === 'sessions') return void response.writeHead(200).end();
    if (call.method !== 'POST') return void response.writeHead(405).end();
    const json = JSON.parse(Buffer.from(call.body, 'latin1').toString('utf8')) as Message | Message[];
    const messages = Array.isArray(json) ? json : [json];
    received.push(...messages);
    const replies = messages.filter(({ id, method }) => id !== undefined && method !== undefined).map((message) => ({ jsonrpc: '2.0', id: message.id, ...reply(message, era, tools) }));
    if (replies.length === 0) return void response.writeHead(202).end();
    const session = era === 'sessions' && messages.some(({ method }) => method === 'initialize') ? { 'mcp-session-id': 'session-1' } : {};
    if (streams) return stream(response, replies, session);
    response.writeHead(200, { 'content-type': 'application/json', ...session }).end(JSON.stringify(Array.isArray(json) ? replies : replies[0]));
  };
  return {
    answer, received,
    describe: (described) => { tools = described; },
    send: (message) => { for (const response of open) response.write(`data: ${JSON.stringify(message)}\n\n`); },
  };
}

function openStream(response: ServerResponse, open: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  open.add(response.on('close', () => open.delete(response)));
}

function stream(response: ServerResponse, replies: readonly object[], session: Record<string, string>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...session });
  response.write(`id: 1\nevent: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } })}\n\n`);
  for (const one of replies) response.write(`event: message\ndata: ${JSON.stringify(one)}\n\n`);
  response.end();
}

function reply({ method, params }: Message, era: FakeMcpOptions['era'], tools: readonly Members[]): object {
  const common = era === 'stateless' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
  const result = resultOf(method ?? '', params, era, tools);
  return result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result: { ...common, ...result } };
}

function resultOf(method: string, params: Message['params'], era: FakeMcpOptions['era'], tools: readonly Members[]): Members | undefined {
  const capabilities = { tools: { listChanged: true }, resources: {}, prompts: {} };
  switch (method) {
    case 'initialize': return era === 'sessions' ? { protocolVersion: VERSIONS.sessions, capabilities, serverInfo: INFO } : undefined;
    case 'server/discover': return era === 'stateless' ? { supportedVersions: [VERSIONS.stateless], capabilities, serverInfo: INFO } : undefined;
    case 'ping': return {};
    case 'tools/list': return { tools };
    case 'resources/list': return { resources: ['file:///docs/a', 'file:///secret/b'].map((uri) => ({ uri, name: uri })) };
    case 'resources/templates/list': return { resourceTemplates: [{ uriTemplate: 'file:///docs/{name}', name: 'docs' }, { uriTemplate: 'file:///secret/{name}', name: 'secret' }] };
    case 'prompts/list': return { prompts: [{ name: 'greet' }, { name: 'hidden' }] };
    case 'resources/read': return { contents: [{ uri: params?.uri, text: 'read' }] };
    case 'prompts/get': return { messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] };
    case 'tools/call': return called(params, era);
    default: return undefined;
  }
}

function called(params: Message['params'], era: FakeMcpOptions['era']): Members {
  if (params?.name === 'ask' && era === 'stateless' && params['inputResponses'] === undefined) {
    return { resultType: 'input_required', inputRequests: { name: { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', requestedSchema: { type: 'object', properties: {} } } } } };
  }
  return { content: [{ type: 'text', text: `${params?.name ?? ''} ${JSON.stringify(params?.arguments ?? {})}` }] };
}
