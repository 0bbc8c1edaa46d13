import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type Authority, createAuthority } from '../../src/adapters/certificates/authority.ts';
import { parseHost } from '../../src/core/address/host.ts';

export interface SeenCall {
  readonly method: string;
  readonly url: string;
  /** Name, value, name, value: as they stood on the wire. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  body: string;
  trailers: IncomingMessage['trailers'];
}

/** A remote server of tools, on the loopback. */
export interface ToolServer {
  readonly port: number;
  /** PEM of the CA that vouches for it; empty for a plain one. */
  readonly ca: string;
  readonly calls: readonly SeenCall[];
  /** Ever accepted. */
  readonly connections: () => number;
  /** Open at present. */
  readonly open: () => number;
  /** Ends every open connection, as a server does whose patience is over. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface ToolServerOptions {
  /** Names that it can prove to be; empty: plain HTTP. */
  readonly hosts: readonly string[];
  /** Answers once a call's body is read, `calls` included; default: 200 and `METHOD URL BODY`. */
  readonly answer?: (call: SeenCall, response: ServerResponse, request: IncomingMessage) => void;
  /** Sees the request before its body is read; in place of `answer`. */
  readonly handle?: RequestListener;
  /** Speaks bytes instead of HTTP: told of each connection and of each piece that arrives on it. */
  readonly raw?: (socket: Socket, text: string, piece: number) => void;
}

let shared: Promise<Authority> | undefined;

/** One CA for all fake servers of a test process: making keys is the slow part. */
export async function fakeAuthority(): Promise<Authority> {
  shared ??= createAuthority({ commonName: 'Fake tools', now: Date.now, lifetime: 24 * 3_600_000 });
  return await shared;
}

export async function startToolServer(options: ToolServerOptions): Promise<ToolServer> {
  const calls: SeenCall[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const authority = await fakeAuthority();
  const context = options.hosts.length > 0 ? contextFor(authority, options.hosts[0] ?? '') : undefined;
  const server = serverFor(options, calls, context);
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => { resolve((server.address() as AddressInfo).port); });
  });
  const hangUp = (): void => { for (const socket of sockets) socket.destroy(); };
  return {
    port, calls, hangUp,
    ca: context === undefined ? '' : authority.certificatePem,
    connections: () => accepted,
    open: () => sockets.size,
    close: async () => {
      hangUp();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

export function contextFor(authority: Authority, host: string): ReturnType<Authority['leaf']> {
  const parsed = parseHost(host);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return authority.leaf(parsed.host);
}

type Context = ReturnType<Authority['leaf']>;

function serverFor(options: ToolServerOptions, calls: SeenCall[], context: Context | undefined): Server | HttpServer {
  const { raw } = options;
  // Each handshake asks for its context; these servers have one whatever is asked.
  const tls = context === undefined ? undefined : { SNICallback: (_: string, done: (error: null, context: Context) => void) => { done(null, context); } };
  if (raw !== undefined) {
    const onSocket = (socket: Socket): void => {
      let pieces = 0;
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => { raw(socket, chunk.toString('latin1'), pieces++); });
    };
    return tls === undefined ? createTcpServer(onSocket) : createTlsServer(tls, onSocket);
  }
  const listener = options.handle ?? readingListener(calls, options.answer ?? echo);
  const server = tls === undefined ? createPlainServer(listener) : createSecureServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  return server;
}

function readingListener(calls: SeenCall[], answer: NonNullable<ToolServerOptions['answer']>): RequestListener {
  return (request, response) => {
    const call: SeenCall = { method: request.method ?? '', url: request.url ?? '', rawHeaders: request.rawHeaders, headers: request.headers, body: '', trailers: {} };
    calls.push(call);
    request.setEncoding('latin1');
    request.on('data', (text: string) => { call.body += text; });
    request.on('end', () => {
      call.trailers = request.trailers;
      answer(call, response, request);
    });
  };
}

function echo(call: SeenCall, response: ServerResponse): void {
  response.end(`${call.method} ${call.url} ${call.body}`);
}
