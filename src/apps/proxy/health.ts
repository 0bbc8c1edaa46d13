import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundConnections } from '../../adapters/network/bound-connections.ts';
import type { Endpoint, Listening } from './settings.ts';
import type { Readiness } from './start.ts';

export interface HealthSources {
  readonly readiness: () => Readiness;
  readonly metrics: () => string;
}

export interface HealthListener {
  readonly at: Endpoint;
  /** Asks these from now on. */
  answerFrom(sources: HealthSources): void;
  close(): void;
}

/** Kubelet and Prometheus need one each, for milliseconds. Every answer closes its own, so that nobody takes up all of them and has the proxy killed as dead. */
const MOST_CONNECTIONS = 64;

/** What kubelet and Prometheus may ask of the proxy. It is the one listener that others than the agent reach, so it tells no names and takes no input. */
export async function listenHealth(listening: Listening, first: HealthSources): Promise<HealthListener> {
  let sources = first;
  // An import of it would load the web's own client as well, which is 13 MiB in every pod.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer({ requestTimeout: 2_000, headersTimeout: 2_000, connectionsCheckingInterval: 1_000 }, (request, response) => { answer(request, response, sources); });
  server.timeout = 5_000;
  boundConnections(server, MOST_CONNECTIONS);
  server.unref();
  await bound(server, listening);
  const address = server.address();
  return {
    at: endpointOf(address),
    answerFrom: (next) => { sources = next; },
    close: () => { server.close().closeAllConnections(); },
  };
}

async function bound(server: Server, listening: Listening): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const done = (): void => {
      server.off('error', reject);
      resolve();
    };
    if ('server' in listening) server.listen(listening.server, done);
    else server.listen(listening.port, listening.host, done);
  });
}

function endpointOf(address: AddressInfo | string | null): Endpoint {
  return typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : { host: '', port: 0 };
}

function answer(request: IncomingMessage, response: ServerResponse, { readiness, metrics }: HealthSources): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'only GET\n');
  switch (request.url) {
    case '/healthz': return send(response, 200, 'text/plain', 'ok\n');
    case '/readyz': {
      const state = readiness();
      return state.ready ? send(response, 200, 'text/plain', 'ready\n') : send(response, 503, 'text/plain', `not ready: ${state.sentences.join('; ')}\n`);
    }
    case '/metrics': return send(response, 200, 'text/plain; version=0.0.4', metrics());
    default: return send(response, 404, 'text/plain', 'there are /healthz, /readyz and /metrics\n');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), connection: 'close' }).end(body);
}
