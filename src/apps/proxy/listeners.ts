import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { isLocal } from '../../adapters/network/own-listener.ts';
import type { SyntheticNames } from '../../adapters/network/names.ts';
import { parseAddress } from '../../core/address/address.ts';
import { classifyAddress } from '../../core/address/classify.ts';
import { AgentStream, type Connect } from './agent-stream.ts';
import { admitConnection } from './first-bytes.ts';
import { HINTS } from './hints.ts';
import type { House } from './house.ts';
import type { CapturedListening, Endpoint, Listening } from './settings.ts';
import { TurnAway } from './turn-away.ts';

/** An open listener of ours. */
export interface Listener {
  readonly at: Endpoint;
  /** Takes no more connections; those that are open stay. */
  close(): void;
}

/** Where clients that know of the proxy ask it: CONNECT, or a target in absolute form. */
export async function listenExplicit(house: House, sockets: Set<Socket>, listening: Listening, connect: Connect): Promise<Listener> {
  const turnAway = new TurnAway();
  return await listen(listening, (socket) => {
    if (admitSocket(house, sockets, socket, turnAway)) void new AgentStream(house, socket, undefined, connect);
  });
}

/** Where the capture sends what was aimed at `captured.port` of a synthetic address. */
export async function listenCaptured(house: House, sockets: Set<Socket>, captured: CapturedListening, names: SyntheticNames): Promise<Listener> {
  return await listen(captured.at, (socket) => {
    if (admitSocket(house, sockets, socket)) judgeOrigin(house, socket, captured.port, names);
  });
}

/** The DNAT keeps the synthetic address: it says which name was asked for. Any other was not captured but aimed at the proxy. */
function judgeOrigin(house: House, socket: Socket, port: number, names: SyntheticNames): void {
  const { localAddress = '', remoteAddress = '' } = socket;
  if (!isSynthetic(localAddress) || !isOwn(remoteAddress)) {
    house.metrics.connectionsTurnedAway += 1;
    house.notices.say({ event: 'connection-refused', reason: 'self-connect', sentence: `A connection from ${remoteAddress} to the proxy's own ${localAddress} was refused.` });
    socket.destroy();
    return;
  }
  const host = names.nameOf(plain(localAddress));
  if (host === undefined) {
    house.metrics.connectionsTurnedAway += 1;
    house.notices.say({ event: 'connection-refused', reason: 'host-malformed', sentence: `A connection to ${localAddress} was refused: the address stands for no name.`, facts: { port } });
    socket.destroy();
    return;
  }
  admitConnection(house, socket, { entry: 'captured', claim: { source: 'synthetic address', host, port } });
}

/** `turnAway` answers where it is certain that the agent speaks HTTP. */
function admitSocket(house: House, sockets: Set<Socket>, socket: Socket, turnAway?: TurnAway): boolean {
  // Everybody who uses the socket learns of its end by "close"; the error itself says nothing that matters.
  socket.on('error', () => {});
  if (house.closing() || (sockets.size >= house.limits.connections && !makeRoom(house))) {
    const reason = house.closing() ? 'shutting-down' : 'too-many-connections';
    const sentence = reason === 'shutting-down' ? 'The proxy is shutting down and takes no new connections.' : `The proxy has ${sockets.size} connections open, and calls under way on all of them.`;
    house.metrics.connectionsTurnedAway += 1;
    house.notices.say({ event: 'connection-refused', reason, sentence: `A connection was refused. ${sentence}` });
    if (turnAway === undefined) socket.destroy();
    else turnAway.answer(socket, { reason, sentence, hint: HINTS[reason] });
    return false;
  }
  socket.setNoDelay(true);
  // An agent may end its side once it has asked, and still read (RFC 9112 section 9.6).
  socket.allowHalfOpen = true;
  sockets.add(socket);
  house.metrics.agentConnections += 1;
  house.metrics.agentConnectionsTotal += 1;
  socket.once('close', () => {
    sockets.delete(socket);
    house.metrics.agentConnections -= 1;
  });
  return true;
}

/** Closes the oldest of the connections on which nothing is under way. */
function makeRoom(house: House): boolean {
  for (const stream of house.streams) {
    if (stream.giveWay()) return true;
  }
  return false;
}

/** Opens the endpoint, or takes over the server that is already open. */
export async function listen(listening: Listening, accept: (socket: Socket) => void): Promise<Listener> {
  const server = 'server' in listening ? listening.server : await opened(listening);
  server.on('connection', accept);
  return {
    at: endpointOf(server),
    close: () => { server.close(); },
  };
}

async function opened({ host, port }: Endpoint): Promise<Server> {
  const server = createServer({ noDelay: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Such as EMFILE: the connection is lost, the listener is not.
  server.on('error', () => {});
  return server;
}

/** A handle that came from another process may not know its address as one of ours; then the port is all there is. */
function endpointOf(server: Server): Endpoint {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : { host: '', port: 0 };
}

function isSynthetic(text: string): boolean {
  const address = parseAddress(plain(text));
  return address !== undefined && classifyAddress(address) === 'synthetic';
}

/** Only this pod's own processes are captured; the kernel even gives them the synthetic address as their own. */
function isOwn(text: string): boolean {
  const address = parseAddress(plain(text));
  return address !== undefined && isLocal(address);
}

/** A dual-stack listener sees IPv4 peers as mapped addresses. */
function plain(text: string): string {
  return text.startsWith('::ffff:') ? text.slice(7) : text;
}
