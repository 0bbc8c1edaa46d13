import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { ServingCertificate } from '../../adapters/certificates/serving.ts';
import { listenAt, type ListenAddress } from '../../adapters/network/listen-address.ts';
import { ControllerFault } from './fault.ts';

export interface TlsServer {
  readonly address: ListenAddress;
  useCertificate(certificate: ServingCertificate): void;
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** Answers `GET /v1/snapshot`; rejects with `ControllerFault` what is to be refused before a byte of the answer is out. */
export type SnapshotHandler = (token: string | undefined, response: ServerResponse) => Promise<void>;

/** Sidecars of a large cluster, and some room. */
const MOST_CONNECTIONS = 25_000;

/** Listens with TLS 1.2 and up, for heads that come in time and are no larger than a token needs. */
export async function listen(at: ListenAddress, certificate: ServingCertificate, onSnapshot: SnapshotHandler): Promise<TlsServer> {
  const server = https.createServer({ ...secured(certificate), maxHeaderSize: 16 * 1024, handshakeTimeout: 10_000 }, (request, response) => {
    void answer(request, response, onSnapshot);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  server.maxConnections = MOST_CONNECTIONS;
  const address = await listenAt(server, at);
  return {
    address,
    useCertificate: (next) => server.setSecureContext(secured(next)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, onSnapshot: SnapshotHandler): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/v1/snapshot') return refuse(response, 404, 'not-found', 'expected GET /v1/snapshot');
  if (request.method !== 'GET') return refuse(response, 405, 'method-not-allowed', 'expected GET /v1/snapshot');
  try {
    await onSnapshot(bearer(request.headers.authorization), response);
  } catch (fault) {
    if (response.headersSent) response.destroy();
    else if (fault instanceof ControllerFault) refuse(response, fault.status, fault.code, fault.message);
    else refuse(response, 500, 'internal', 'the controller failed; try again');
  }
  return undefined;
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer ([\w.-]+)$/i.exec(authorization ?? '')?.[1];
}

/** RFC 9457; the sidecar shows `detail` to whoever looks why it is not ready. */
function refuse(response: ServerResponse, status: number, reason: string, detail: string): void {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer realm="sallyport"' } : {};
  response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close', ...challenge });
  response.end(JSON.stringify({ type: 'about:blank', title: 'No snapshot', status, reason, detail }));
}

function secured({ cert, key }: ServingCertificate): https.ServerOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}
