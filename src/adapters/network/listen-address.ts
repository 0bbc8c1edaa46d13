import { once } from 'node:events';
import type { Server } from 'node:net';

export interface ListenAddress {
  /** Empty: every address of this machine. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Reads `HOST:PORT`, `[v6]:PORT`, or `:PORT`, which stands for every address; undefined for anything else. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return digits === undefined || port > 65_535 ? undefined : { host: bracketed ?? plain ?? '', port };
}

/** Resolves once the server listens, to the address that it has; rejects if that cannot be bound. */
export async function listenAt(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  server.listen(port, host === '' ? undefined : host);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`expected a TCP address, got ${String(bound)}`);
  return { host: bound.address, port: bound.port };
}
