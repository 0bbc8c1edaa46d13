import { once } from 'node:events';
import { isIP, type Server } from 'node:net';

export interface ListenAddress {
  /** Empty: every address of this machine. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Reads `HOST:PORT`, `[v6]:PORT`, or `:PORT`, which stands for every address; undefined for anything else. A host of digits and dots has to be an address. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain ?? '';
  const address = bracketed === undefined ? !/^[\d.]+$/.test(host) || isIP(host) === 4 : isIP(host) === 6;
  return digits === undefined || port > 65_535 || !address ? undefined : { host, port };
}

/** Resolves once the server listens, to the address that it has; rejects if that cannot be bound. */
export async function listenAt(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  server.listen(port, host === '' ? undefined : host);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`expected a TCP address, got ${String(bound)}`);
  return { host: bound.address, port: bound.port };
}
