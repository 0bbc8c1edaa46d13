import type { Socket } from 'node:net';
import { AgentStream } from './agent-stream.ts';
import type { Timed } from './deadlines.ts';
import { type Destination, entryOf, refuseConnection } from './destination.ts';
import type { House, Stream } from './house.ts';
import { intercept } from './interception.ts';

/** ContentType handshake of a TLS record (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** Waits for the first bytes and lets them choose: TLS is intercepted, a letter begins HTTP, all else is refused. */
export function admitConnection(house: House, socket: Socket, destination: Destination): void {
  const leave = (): void => { socket.destroy(); };
  const waiting: Timed & Stream = {
    deadline: house.deadlines.after(house.limits.idleTimeout),
    expire: leave,
    retire: leave,
    giveWay: () => {
      settle();
      leave();
      return true;
    },
  };
  const settle = (): void => {
    house.deadlines.remove(waiting);
    house.streams.delete(waiting);
    socket.off('data', choose).off('end', leave).off('close', settle);
  };
  const choose = (chunk: Buffer): void => {
    settle();
    const first = chunk[0] ?? 0;
    if (first === TLS_HANDSHAKE) return intercept(house, socket, destination, chunk);
    if (isLetter(first)) return new AgentStream(house, socket, { entry: entryOf(destination, 'http'), scheme: 'http', claims: [destination.claim] }).receive(chunk);
    void refuseConnection(house, socket, destination, 'http', 'protocol-unknown', 'The connection speaks neither TLS nor HTTP.');
  };
  house.deadlines.add(waiting);
  house.streams.add(waiting);
  socket.on('data', choose).on('end', leave).on('close', settle);
  socket.resume();
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
