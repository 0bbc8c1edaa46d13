import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundConnections } from '../../adapters/network/bound-connections.ts';
import { listenAt, type ListenAddress } from '../../adapters/network/listen-address.ts';
import { answerBrokenRequests } from './broken-requests.ts';
import type { Certificate } from './ports.ts';

export interface Drain {
  /** Milliseconds in which new connections are still taken, until endpoints have moved. */
  readonly delay: number;
  /** Milliseconds after that in which kept-alive connections may bring one more request. */
  readonly patience: number;
}

export interface TlsServer {
  readonly address: ListenAddress;
  useCertificate(certificate: Certificate): void;
  /**
   * Ends without losing a request: from now on every answer closes its connection; idle connections are left to their clients until
   * `patience` ends, because closing one just as a request arrives on it would fail that request.
   */
  drain(drain: Drain): Promise<void>;
}

/**
 * The API server keeps idle connections for 90 s. If we closed first, a review sent at that moment would fail, and reviews are not
 * retried.
 */
const KEEP_ALIVE = 120_000;

/** Far above what a few API servers open; below what a flood would need to take all memory. */
const MOST_CONNECTIONS = 1_000;

/** Listens with TLS 1.2 and up. Heads and bodies that dawdle are cut off, as are connections over the bound and those that never say anything. */
export async function listenTls(at: ListenAddress, certificate: Certificate, handler: RequestListener): Promise<TlsServer> {
  const server = https.createServer({ ...secured(certificate), maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 1_000, handshakeTimeout: 5_000 }, handler);
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = KEEP_ALIVE;
  boundConnections(server, MOST_CONNECTIONS);
  answerBrokenRequests(server);
  const connections = new Connections(server);
  const address = await listenAt(server, at);
  return {
    address,
    useCertificate: (next) => server.setSecureContext(secured(next)),
    drain: (drain) => connections.drain(drain),
  };
}

class Connections {
  readonly #server: https.Server;
  readonly #open = new Set<Socket>();
  #draining = false;

  constructor(server: https.Server) {
    this.#server = server;
    server.on('secureConnection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.prependListener('request', (_request, response) => {
      if (this.#draining) response.setHeader('connection', 'close');
    });
  }

  async drain({ delay, patience }: Drain): Promise<void> {
    this.#draining = true;
    await sleep(delay);
    const until = Date.now() + patience;
    while (this.#open.size > 0 && Date.now() < until) await sleep(Math.min(50, patience));
    // From here on Node refuses new connections, closes idle ones and waits for answers that are being written.
    const closed = once(this.#server, 'close');
    this.#server.close();
    const force = setTimeout(() => this.#server.closeAllConnections(), 5_000);
    await closed;
    clearTimeout(force);
  }
}

function secured({ cert, key }: Certificate): https.ServerOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}
