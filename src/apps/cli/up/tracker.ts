import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Tracker {
  readonly port: number;
  /** Calls that reached it, as `METHOD path`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** The sample tool: an issue tracker on the loopback that answers JSON and remembers who called. */
export async function startTracker(identity: { readonly key: string; readonly cert: string }): Promise<Tracker> {
  const seen: string[] = [];
  const server = createServer(identity, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 7, title: 'Checkout is slow', state: 'open' }));
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
