import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { EXPLICIT_PORT } from '../../../core/terms/fixed-names.ts';

/*
 * Runs in the program's network namespace before the program does: opens the listeners there, and hands them to the proxy
 * outside, where they go on accepting. In a namespace without a way out they are all that a packet can reach, so nothing has to be
 * rewritten or rejected; a connection keeps the synthetic address that it was made to.
 */

/** What comes with each handle; at last `complete`, after which the helper waits for `go`. */
export type Report = { readonly role: 'explicit' | 'dns' | 'complete' } | { readonly role: 'captured'; readonly port: number };

const NAME_SERVER_PORT = 53;

async function openAll(ports: readonly number[]): Promise<void> {
  await handOut({ role: 'explicit' }, await listening('127.0.0.1', EXPLICIT_PORT));
  await handOut({ role: 'dns' }, await bound('127.0.0.1', NAME_SERVER_PORT));
  await handOut({ role: 'dns' }, await listening('127.0.0.1', NAME_SERVER_PORT));
  for (const port of ports) await handOut({ role: 'captured', port }, await listening('0.0.0.0', port));
  await handOut({ role: 'complete' });
}

async function listening(host: string, port: number): Promise<Server> {
  const server = createServer();
  server.listen({ host, port, backlog: 1024 });
  await once(server, 'listening');
  return server;
}

async function bound(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.bind({ address, port });
  await once(socket, 'listening');
  return socket;
}

async function handOut(report: Report, handle?: Server | UdpSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send?.(report, handle, {}, (error) => { if (error) reject(error); else resolve(); });
  });
}

// Without the proxy outside there is nobody to wait for.
process.once('disconnect', () => { process.exit(1); });
process.once('message', () => { process.exit(0); });

const RESERVED = new Set([EXPLICIT_PORT, NAME_SERVER_PORT]);
await openAll((process.argv[2] ?? '').split(',').map(Number).filter((port) => !RESERVED.has(port)));
