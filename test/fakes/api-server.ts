import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mintAuthority, mintServing } from '../../src/adapters/certificates/serving.ts';

interface Stored {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion: string };
}

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Stored;
}

/**
 * One collection of an API server, with list (in pages), watch and the ways in which those fail; the real one cannot be told to fail.
 * Other paths answer what `on` gives them.
 */
export class FakeApiServer {
  readonly requests: string[] = [];
  connections = 0;
  pageSize = 500;
  #server: https.Server;
  #directory: string;
  #path: string;
  #objects = new Map<string, Stored>();
  #history: Event[] = [];
  #version = 10;
  #oldest = 0;
  #watches = new Set<ServerResponse>();
  #failures: number[] = [];
  #handlers = new Map<string, (body: string) => { status: number; body: string }>();
  readonly kubeconfig: string;

  private constructor(server: https.Server, ca: string, path: string) {
    this.#server = server;
    this.#path = path;
    this.#directory = mkdtempSync(join(tmpdir(), 'fake-api-server-'));
    this.kubeconfig = join(this.#directory, 'kubeconfig');
    writeFileSync(join(this.#directory, 'token'), 'a-token\n');
    writeFileSync(this.kubeconfig, JSON.stringify({
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: `https://localhost:${(server.address() as AddressInfo).port}`, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
      users: [{ name: 'u', user: { tokenFile: 'token' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'u' } }],
    }));
  }

  static async start(path: string): Promise<FakeApiServer> {
    const authority = await mintAuthority({ commonName: 'Fake API server', now: Date.now(), lifetime: 3_600_000 });
    const { cert, key } = await mintServing({ authority, dnsNames: ['localhost'], now: Date.now(), lifetime: 3_600_000 });
    const server = https.createServer({ cert, key });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fake = new FakeApiServer(server, authority.cert, path);
    server.on('secureConnection', () => { fake.connections += 1; });
    server.on('request', (request, response) => void fake.#answer(request, response));
    return fake;
  }

  on(route: string, answer: (body: string) => { status: number; body: string }): void {
    this.#handlers.set(route, answer);
  }

  put(name: string, fields: object = {}, namespace?: string): void {
    const key = `${namespace ?? ''}/${name}`;
    const object = { ...fields, metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...('metadata' in fields ? (fields.metadata as object) : {}), resourceVersion: this.#next() } };
    this.#announce({ type: this.#objects.has(key) ? 'MODIFIED' : 'ADDED', object });
    this.#objects.set(key, object);
  }

  remove(name: string, namespace?: string): void {
    const key = `${namespace ?? ''}/${name}`;
    const object = this.#objects.get(key);
    if (object === undefined) throw new Error(`there is no ${key}`);
    this.#objects.delete(key);
    this.#announce({ type: 'DELETED', object: { ...object, metadata: { ...object.metadata, resourceVersion: this.#next() } } });
  }

  /** Moves every watch on without an event. */
  bookmark(): void {
    this.#write({ type: 'BOOKMARK', object: { metadata: { resourceVersion: this.#next() } } });
  }

  /** Sends a line as it is. */
  raw(line: string): void {
    for (const watch of this.#watches) watch.write(`${line}\n`);
  }

  /** Breaks every connection without a goodbye. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  /** Ends every watch as a timeout of the API server does. */
  endWatches(): void {
    for (const watch of this.#watches) watch.end();
  }

  /** From now on no watch can resume from before this moment. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history = [];
  }

  /** The next requests for the collection fail with these statuses. */
  failNext(...statuses: number[]): void {
    this.#failures.push(...statuses);
  }

  get watches(): number {
    return this.#watches.size;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
    rmSync(this.#directory, { recursive: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'https://localhost');
    this.requests.push(`${request.method} ${request.url}`);
    const body = await text(request);
    const handler = this.#handlers.get(`${request.method} ${pathname}`);
    const failure = pathname === this.#path ? this.#failures.shift() : undefined;
    if (request.headers.authorization !== 'Bearer a-token') return send(response, 401, { message: 'no token' });
    if (failure !== undefined) return send(response, failure, { kind: 'Status', code: failure, message: `failed with ${failure} as told` });
    if (handler !== undefined) {
      const { status, body: answer } = handler(body);
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    }
    if (pathname !== this.#path) return send(response, 404, { message: `nothing at ${pathname}` });
    return query.get('watch') === 'true' ? this.#watch(response, Number(query.get('resourceVersion'))) : this.#list(response, query);
  }

  #list(response: ServerResponse, query: URLSearchParams): void {
    const start = Number(query.get('continue') ?? 0);
    const end = start + this.pageSize;
    const objects = [...this.#objects.values()];
    send(response, 200, { metadata: { resourceVersion: String(this.#version), ...(end < objects.length ? { continue: String(end) } : {}) }, items: objects.slice(start, end) });
  }

  #watch(response: ServerResponse, from: number): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    if (from < this.#oldest) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })}\n`);
      return;
    }
    for (const event of this.#history.filter(({ object }) => Number(object.metadata.resourceVersion) > from)) response.write(`${JSON.stringify(event)}\n`);
    this.#watches.add(response);
    response.once('close', () => this.#watches.delete(response));
  }

  #announce(event: Event): void {
    this.#history.push(event);
    this.#write(event);
  }

  #write(event: object): void {
    for (const watch of this.#watches) watch.write(`${JSON.stringify(event)}\n`);
  }

  #next(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
