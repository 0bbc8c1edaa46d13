import { parseAddress, type Address } from '../../../core/address/address.ts';
import { readPort } from '../captured-port.ts';

/** Something that must not be reachable. */
export interface Probe {
  readonly protocol: 'tcp' | 'udp';
  readonly address: Address;
  readonly port: number;
  /** As it was written. */
  readonly text: string;
}

/** Reads `tcp:ADDRESS:PORT` or `udp:ADDRESS:PORT`, IPv6 in brackets; undefined for anything else. */
export function readProbe(text: string): Probe | undefined {
  const [, protocol, v6, v4, digits] = /^(tcp|udp):(?:\[([^\]]*)\]|([^:[\]]*)):(\d+)$/.exec(text) ?? [];
  const address = parseAddress(v6 ?? v4 ?? '');
  const port = readPort(digits ?? '');
  if (address === undefined || port === undefined || (address.family === 6) !== (v6 !== undefined)) return undefined;
  return { protocol: protocol === 'udp' ? 'udp' : 'tcp', address, port, text };
}
