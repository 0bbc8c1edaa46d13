import type { Server } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Requests that are being answered. */
  busy: number;
  /** Whether any was answered yet. */
  served: boolean;
  /** When it opened or its last answer ended, in monotonic milliseconds. */
  since: number;
}

/**
 * Keeps at most `most` connections to a server open (HTTP or HTTPS), and never by turning the newest away: whoever holds connections
 * without using them could then lock everybody else out. For each one over the bound one closes, of the address that has the most:
 * one that never brought a request, else one that waits for its next, else one that is being answered; among these the one that
 * has been so the longest.
 */
export function boundConnections(server: Server, most: number): void {
  const open = new Map<string, Connection>();
  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    const connection: Connection = { socket, address: socket.remoteAddress ?? '', busy: 0, served: false, since: performance.now() };
    if (open.size >= most) evict(open);
    open.set(key, connection);
    socket.once('close', () => {
      if (open.get(key) === connection) open.delete(key);
    });
  });
  server.on('request', (request, response) => {
    const connection = open.get(keyOf(request.socket));
    if (connection === undefined) return;
    connection.busy += 1;
    response.once('close', () => {
      connection.busy -= 1;
      connection.served = true;
      connection.since = performance.now();
    });
  });
}

function evict(open: Map<string, Connection>): void {
  const [key, { socket }] = pickVictim([...open]);
  // Forgotten at once, because a socket tells of its end only later and many may come before.
  open.delete(key);
  socket.destroy();
}

/** The same for a connection and for the TLS on top of it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function pickVictim(open: readonly [string, Connection][]): [string, Connection] {
  const address = busiest(open.map(([, connection]) => connection));
  return open.filter(([, one]) => one.address === address).reduce((worst, one) => (goesBefore(one[1], worst[1]) ? one : worst));
}

function busiest(connections: readonly Connection[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { address } of connections) counts.set(address, (counts.get(address) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>((most, one) => (most === undefined || one[1] > most[1] ? one : most), undefined)?.[0];
}

function goesBefore(one: Connection, other: Connection): boolean {
  const difference = worth(one) - worth(other);
  return difference < 0 || (difference === 0 && one.since < other.since);
}

function worth({ busy, served }: Connection): number {
  if (busy > 0) return 2;
  return served ? 1 : 0;
}
