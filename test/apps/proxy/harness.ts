import { randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import { type Authority, createAuthority } from '../../../src/adapters/certificates/authority.ts';
import { createDialer } from '../../../src/adapters/network/dial.ts';
import { createSyntheticNames } from '../../../src/adapters/network/names.ts';
import { createResolver } from '../../../src/adapters/network/resolver.ts';
import { readTcpTable } from '../../../src/adapters/network/tcp-table.ts';
import type { PayloadSink, ProxyPorts, SnapshotSource } from '../../../src/apps/proxy/ports.ts';
import type { ProxySettings } from '../../../src/apps/proxy/settings.ts';
import { type RunningProxy, startProxy } from '../../../src/apps/proxy/start.ts';
import { parseHost } from '../../../src/core/address/host.ts';
import type { Draft, IntentDraft, NoticeDraft, OutcomeDraft } from '../../../src/core/evidence/draft.ts';
import { compile } from '../../../src/core/policy/compile.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { formatProblem } from '../../../src/core/policy/problem.ts';
import type { Snapshot } from '../../../src/core/policy/snapshot.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';
import type { Subject } from '../../../src/core/terms/subject.ts';

export const SUBJECT: Subject = { namespace: 'agents', agent: 'triage' };

export function host(text: string): HostName {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return parsed.host;
}

/** A snapshot of one policy in the namespace of SUBJECT, whose `tools` are given in YAML. */
export function policyOf(tools: string, generation = 1, mode = 'enforce'): Snapshot {
  const indented = tools.trim().split('\n').map((line) => `  ${line}`).join('\n');
  const text = `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: triage, namespace: agents}\nspec:\n  mode: ${mode}\n  tools:\n${indented}\n`;
  const { policies, problems } = parsePolicies([{ file: 'test.yaml', text }]);
  const compiled = problems.length > 0 ? { problems } : compile(policies, { generation });
  if ('problems' in compiled) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  return compiled.snapshot;
}

export class FakeSource implements SnapshotSource {
  #snapshot: Snapshot | undefined;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();

  constructor(snapshot: Snapshot | undefined) {
    this.#snapshot = snapshot;
  }

  current(): Snapshot | undefined {
    return this.#snapshot;
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Undefined: there is none any more, of which nobody is told. */
  change(snapshot: Snapshot | undefined): void {
    this.#snapshot = snapshot;
    if (snapshot === undefined) return;
    for (const listener of this.#listeners) listener(snapshot);
  }
}

/** A journal in memory that can be told to fail. */
export class FakeRecords {
  readonly drafts: Draft[] = [];
  readonly durabilities: string[] = [];
  readonly bodies = new Map<string, Buffer>();
  healthy = true;
  /** Called before each append; may throw or wait. */
  before: (draft: Draft) => unknown = () => undefined;
  #waiting: (() => void)[] = [];

  async append(draft: Draft, durability: 'written' | 'synced'): Promise<unknown> {
    await this.before(draft);
    this.drafts.push(draft);
    this.durabilities.push(durability);
    for (const wake of this.#waiting.splice(0)) wake();
    return { epoch: 1, seq: this.drafts.length };
  }

  payload(_capture: unknown, call: string, side: 'request' | 'response'): PayloadSink {
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => { chunks.push(Buffer.from(chunk)); },
      end: async () => {
        const body = Buffer.concat(chunks);
        this.bodies.set(`${call} ${side}`, body);
        return { bytes: body.length, captured: 0, truncated: false };
      },
    };
  }

  get intents(): IntentDraft[] {
    return this.drafts.filter((draft) => draft.kind === 'intent');
  }

  get outcomes(): OutcomeDraft[] {
    return this.drafts.filter((draft) => draft.kind === 'outcome');
  }

  get notices(): NoticeDraft[] {
    return this.drafts.filter((draft) => draft.kind === 'notice');
  }

  /** Resolves with the first that `find` returns something for, now or later. */
  async until<Found>(find: (records: FakeRecords) => Found | undefined): Promise<Found> {
    for (;;) {
      const found = find(this);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    }
  }

  async outcome(index = 0): Promise<OutcomeDraft> {
    return await this.until(({ outcomes }) => outcomes[index]);
  }

  async intent(index = 0): Promise<IntentDraft> {
    return await this.until(({ intents }) => intents[index]);
  }
}

export interface World {
  readonly proxy: RunningProxy;
  readonly records: FakeRecords;
  readonly source: FakeSource;
  readonly authority: Authority;
  /** What went to the log, for what must not be there. */
  readonly logged: string[];
  /** Opens a way to a host, ready for requests. */
  enter(way: Way, to: string, options?: EnterOptions): Promise<Socket>;
  /** A connection that was aimed at this address. */
  capture(address: string): Promise<Socket>;
  /** One call, read by Node's own parser. */
  ask(way: Way, to: string, call?: Call): Promise<Answer>;
}

export type Way = 'connect-tls' | 'connect-plain' | 'absolute' | 'captured-tls' | 'captured-plain';
export const WAYS: readonly Way[] = ['connect-tls', 'connect-plain', 'absolute', 'captured-tls', 'captured-plain'];
export const ENTRIES = { 'connect-tls': 'connect', 'connect-plain': 'connect', absolute: 'absolute', 'captured-tls': 'captured-tls', 'captured-plain': 'captured-plain' } as const;

export function schemeOf(way: Way): 'http' | 'https' {
  return way.endsWith('tls') ? 'https' : 'http';
}

export interface EnterOptions {
  readonly port?: number;
  /** Another server name in TLS than the one asked for; empty: none. */
  readonly serverName?: string;
  readonly alpn?: string[];
}

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: RequestOptions['headers'];
  readonly body?: string;
  readonly port?: number;
  readonly socket?: Socket;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly trailers: IncomingMessage['trailers'];
  readonly problem: { reason: string; detail: string; hint?: string; rule?: string; policy?: string; call: string; status: number } | undefined;
}

export interface WorldOptions {
  readonly policy: Snapshot | undefined;
  /** PEM that is trusted upstream. */
  readonly ca?: readonly string[];
  /** Where names lead; default: 127.0.0.1 for all. */
  readonly resolve?: (name: HostName) => readonly string[];
  readonly limits?: ProxySettings['limits'];
  readonly ports?: Partial<ProxyPorts>;
  readonly rejectionInterval?: number;
  /** The port that captured traffic was aimed at. */
  readonly capturedPort?: number;
}

let ca: Promise<Authority> | undefined;

/** A proxy with everything real but the journal and DNS, and clients for each way in. Ends with the test. */
export async function startWorld(options: WorldOptions): Promise<World> {
  ca ??= createAuthority({ commonName: 'Test proxy', now: Date.now, lifetime: 3_600_000 });
  const authority = await ca;
  const records = new FakeRecords();
  const source = new FakeSource(options.policy);
  const names = createSyntheticNames();
  const logged: string[] = [];
  const note = (facts: object, message: string): void => { logged.push(`${JSON.stringify(facts)} ${message}`); };
  const gates = { tls: captureGate(), plain: captureGate() };
  await Promise.all([gates.tls.open(), gates.plain.open()]);
  const resolver = options.resolve === undefined ? createResolver({ fixed: everywhere() }) : { resolve: async (name: HostName) => options.resolve?.(name) ?? [] };
  const port = options.capturedPort ?? 443;
  const proxy = await startProxy({
    subject: SUBJECT,
    listeners: {
      explicit: { host: '127.0.0.1', port: 0 },
      captured: [{ port, at: { server: gates.tls.inner } }, { port, at: { server: gates.plain.inner } }, { port, at: { host: '127.0.0.1', port: 0 } }],
      health: { host: '127.0.0.1', port: 0 },
    },
    ...(options.limits && { limits: options.limits }),
    ...(options.rejectionInterval !== undefined && { rejectionInterval: options.rejectionInterval }),
  }, {
    snapshots: source, records, leafs: authority, names, tcpTable: readTcpTable, randomBytes, now: Date.now,
    log: { debug: note, info: note, warn: note, error: note },
    dialling: createDialer({ resolver, ca: options.ca ?? [], ownPorts: () => [proxy.listening.explicit?.port ?? 0] }),
    ...options.ports,
  });
  onTestFinished(async () => {
    await proxy.close(0);
    gates.tls.close();
    gates.plain.close();
  });

  const enter = async (way: Way, to: string, { port: toPort = port, serverName = to, alpn }: EnterOptions = {}): Promise<Socket> => {
    const base = way.startsWith('captured')
      ? await (way === 'captured-tls' ? gates.tls : gates.plain).enter(names.addressOf(host(to)))
      : await opened(connect(proxy.listening.explicit?.port ?? 0, '127.0.0.1'));
    if (way.startsWith('connect')) await tunnel(base, `${to}:${toPort}`);
    if (schemeOf(way) === 'http') return base;
    const secured = connectTls({
      socket: base, ca: authority.certificatePem, ...(serverName === '' ? { checkServerIdentity: () => undefined } : { servername: serverName }), ...(alpn && { ALPNProtocols: alpn }),
    });
    return await new Promise((resolve, reject) => {
      secured.once('error', reject).once('secureConnect', () => { resolve(secured.off('error', reject).on('error', () => {})); });
    });
  };
  const ask = async (way: Way, to: string, call: Call = {}): Promise<Answer> => {
    const socket = call.socket ?? await enter(way, to, { port: call.port ?? port });
    const shown = (call.port ?? port) === (schemeOf(way) === 'https' ? 443 : 80) ? to : `${to}:${call.port ?? port}`;
    const path = call.path ?? '/';
    return await asked(socket, { ...call, path: way === 'absolute' ? `http://${shown}${path}` : path, headers: { host: shown, ...call.headers } });
  };
  return { proxy, records, source, authority, logged, enter, ask, capture: async (address) => await gates.plain.enter(address) };
}

/** Every name of the tests' leads to the loopback. */
function everywhere(): Map<string, string[]> {
  return new Map(['api.example.com', 'other.example.com', 'denied.example.com', 'held.example.com'].map((name) => [name, ['127.0.0.1']]));
}

/** Stands for the capture: sockets whose local address is the one that was aimed at. */
function captureGate(): { inner: Server; open(): Promise<void>; enter(address: string): Promise<Socket>; close(): void } {
  const inner = createServer();
  const aims: string[] = [];
  const outer = createServer((socket) => {
    Object.defineProperty(socket, 'localAddress', { value: aims.shift() });
    inner.emit('connection', socket);
  });
  return {
    inner,
    open: async () => { await new Promise<void>((resolve) => { outer.listen(0, '127.0.0.1', resolve); }); },
    enter: async (address) => {
      aims.push(address);
      const at = outer.address();
      return await opened(connect(typeof at === 'object' && at !== null ? at.port : 0, '127.0.0.1'));
    },
    close: () => { outer.close(); },
  };
}

async function opened(socket: Socket): Promise<Socket> {
  await new Promise<void>((resolve, reject) => { socket.once('error', reject).once('connect', () => { socket.off('error', reject).on('error', () => {}); resolve(); }); });
  return socket;
}

async function tunnel(socket: Socket, target: string): Promise<void> {
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const answer = await firstBytes(socket);
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(answer);
}

export async function firstBytes(socket: Socket): Promise<string> {
  return await new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => { resolve(chunk.toString('latin1')); });
    socket.once('close', () => { reject(new Error('closed without an answer')); });
  });
}

/** Everything until the other side ends. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => { text += chunk.toString('latin1'); });
  await new Promise((resolve) => { socket.once('close', resolve); });
  return text;
}

/** Reads on until the text holds what is looked for. */
export async function readUntil(socket: Socket, wanted: string | RegExp): Promise<string> {
  let text = '';
  return await new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
      socket.off('data', look);
      resolve(text);
    };
    socket.on('data', look).once('close', () => { reject(new Error(`closed after ${JSON.stringify(text)}`)); });
  });
}

export function request(socket: Socket, options: RequestOptions): ClientRequest {
  return httpRequest({ ...options, createConnection: () => socket });
}

async function asked(socket: Socket, call: Call): Promise<Answer> {
  const sent = request(socket, { method: call.method ?? 'GET', path: call.path, headers: { connection: 'keep-alive', ...call.headers } });
  sent.end(call.body);
  return await answerTo(sent);
}

export async function answerTo(sent: ClientRequest): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => { sent.once('response', resolve).once('error', reject); });
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) body += String(text);
  const problem = response.headers['content-type'] === 'application/problem+json' && body !== '' ? JSON.parse(body) as Answer['problem'] : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, body, trailers: response.trailers, problem };
}
