import type { Socket } from 'node:net';
import type { Entry } from '../../core/evidence/draft.ts';
import type { Scheme } from '../../core/terms/authority.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Claim } from './authority-check.ts';
import type { House } from './house.ts';

/** A connection for one named place whose protocol is not known yet. */
export interface Destination {
  /** `captured` becomes an entry once the first byte tells TLS from HTTP. */
  readonly entry: 'connect' | 'captured';
  readonly claim: Claim & { readonly port: number };
}

export function entryOf(destination: Destination, scheme: Scheme): Entry {
  if (destination.entry === 'connect') return 'connect';
  return scheme === 'https' ? 'captured-tls' : 'captured-plain';
}

/** Records a connection that cannot be answered in a protocol of its own, and ends it. */
export async function refuseConnection(house: House, socket: Socket, destination: Destination, scheme: Scheme, reason: ReasonCode, sentence: string, farewell?: Uint8Array): Promise<void> {
  socket.pause();
  const { host, port } = destination.claim;
  await house.guard.admit({ call: house.nextCall(), entry: entryOf(destination, scheme), action: { kind: 'malformed', reason, sentence, authority: { scheme, host, port } } });
  if (farewell === undefined) socket.destroy();
  else socket.end(farewell, () => { socket.destroy(); });
}
