import { once } from 'node:events';
import http from 'node:http';
import type { Registry } from 'prom-client';
import { boundConnections } from '../network/bound-connections.ts';
import { listenAt, type ListenAddress } from '../network/listen-address.ts';

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/** The kubelet and Prometheus need one each, for milliseconds. */
const MOST_CONNECTIONS = 100;

/**
 * Serves `/healthz` (the process answers), `/readyz` (503 with what is missing, one a line) and `/metrics`, over plain HTTP: nothing
 * here is secret and the kubelet's probes have no certificate. Every answer closes its connection, and at the bound an old one makes
 * room: anybody in the cluster may connect, and a probe that finds no place gets the process killed.
 */
export async function serveHealth(address: ListenAddress, missing: () => readonly string[], registry: Registry): Promise<Health> {
  const server = http.createServer({ maxHeaderSize: 8 * 1024, headersTimeout: 2_000, requestTimeout: 2_000, connectionsCheckingInterval: 1_000 }, (request, response) => {
    void answerTo(request.method, request.url, missing, registry).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8', connection: 'close' }).end(body);
    });
  });
  server.timeout = 5_000;
  boundConnections(server, MOST_CONNECTIONS);
  const { port } = await listenAt(server, address);
  return {
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerTo(method: string | undefined, url: string | undefined, missing: () => readonly string[], registry: Registry): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'expected GET\n' };
  switch (url?.split('?')[0]) {
    case '/healthz':
      return { status: 200, body: 'ok\n' };
    case '/readyz': {
      const left = missing();
      return left.length === 0 ? { status: 200, body: 'ok\n' } : { status: 503, body: `${left.join('\n')}\n` };
    }
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    default:
      return { status: 404, body: 'expected /healthz, /readyz or /metrics\n' };
  }
}
