import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

/** How Node's own parser (llhttp) understood one message. Names in lower case, values as latin1 text. */
export interface PeerMessage {
  readonly start: { readonly method: string; readonly target: string } | { readonly status: number; readonly statusText: string };
  readonly version: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly keepAlive?: boolean;
  body: string;
  complete: boolean;
  trailers: readonly (readonly [string, string])[];
}

/** A connection on which bytes are fed to llhttp, with no socket and no network: the parser runs within `feed`. */
export interface Peer {
  feed(bytes: Uint8Array): void;
  /** Tells the parser that the connection has ended. */
  end(): void;
  /** As far as it was understood by now. */
  messages(): readonly PeerMessage[];
  error: Error | undefined;
  close(): void;
}

const HEAD_MAXIMUM = 131_072;

/** A node:http server's side of a connection. */
export function serverPeer(): Peer {
  const connection = new Wire();
  const received: { readonly incoming: IncomingMessage; readonly keepAlive?: boolean; body: string }[] = [];
  const peer = basicPeer(connection, () => received.map((one) => described(one, { method: one.incoming.method ?? '', target: one.incoming.url ?? '' })));
  const take = (incoming: IncomingMessage, response?: ServerResponse): void => {
    incoming.on('error', () => {});
    received.push({ incoming, body: '', ...(response && { keepAlive: response.shouldKeepAlive }) });
  };
  const server = sharedServer();
  // One server serves all connections, so that making a peer costs no more than a connection does.
  handlers.set(connection, { take, fail: (error) => { peer.error ??= error; } });
  server.emit('connection', connection);
  return peer;
}

/** A node:http client's side of a connection on which `method` was sent. */
export async function clientPeer(method: string): Promise<Peer> {
  const connection = new Wire();
  const received: { readonly incoming: IncomingMessage; body: string }[] = [];
  const peer = basicPeer(connection, () => received.map((one) => described(one, { status: one.incoming.statusCode ?? 0, statusText: one.incoming.statusMessage ?? '' })));
  const client = request({ method, host: 'a.example', createConnection: () => connection, maxHeaderSize: HEAD_MAXIMUM });
  client.on('error', (error) => { peer.error ??= error; });
  client.on('response', (incoming) => {
    incoming.on('error', () => {});
    received.push({ incoming, body: '' });
  });
  const ready = new Promise<void>((resolve) => { client.once('socket', () => resolve()); });
  client.end();
  await ready;
  return peer;
}

interface Handler {
  take(incoming: IncomingMessage, response?: ServerResponse): void;
  fail(error: Error): void;
}

const handlers = new WeakMap<object, Handler>();
let server: Server | undefined;

function sharedServer(): Server {
  if (server !== undefined) return server;
  server = createServer({ maxHeaderSize: HEAD_MAXIMUM, highWaterMark: 1 << 20 });
  server.on('request', handOver).on('checkContinue', handOver).on('checkExpectation', handOver);
  server.on('connect', (incoming: IncomingMessage) => {
    incoming.complete = true;
    handlers.get(incoming.socket)?.take(incoming);
  });
  server.on('clientError', (error: Error, socket: Duplex) => handlers.get(socket)?.fail(error));
  return server;
}

function handOver(incoming: IncomingMessage, response: ServerResponse): void {
  handlers.get(incoming.socket)?.take(incoming, response);
}

/** Takes nothing to anywhere: what is written is dropped, what is read is emitted by whoever feeds. */
class Wire extends Duplex {
  constructor() {
    super({ readableHighWaterMark: 1 << 20 });
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

function basicPeer(connection: Duplex, messages: () => readonly PeerMessage[]): Peer {
  return {
    error: undefined,
    messages,
    feed: (bytes) => void connection.emit('data', Buffer.from(bytes)),
    end: () => void connection.emit('end'),
    close: () => void connection.destroy(),
  };
}

function described(one: { readonly incoming: IncomingMessage; readonly keepAlive?: boolean; body: string }, start: PeerMessage['start']): PeerMessage {
  const { incoming } = one;
  for (let piece: Buffer | null = incoming.read(); piece !== null; piece = incoming.read()) one.body += piece.toString('latin1');
  return {
    start,
    version: incoming.httpVersion,
    headers: pairs(incoming.rawHeaders),
    ...(one.keepAlive !== undefined && { keepAlive: one.keepAlive }),
    body: one.body,
    complete: incoming.complete,
    trailers: pairs(incoming.rawTrailers),
  };
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : []));
}
