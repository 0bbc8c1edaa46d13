import { readFile } from 'node:fs/promises';
import { parseAddress } from '../../core/address/address.ts';

/** One end of a TCP connection, as sockets name it. */
export interface TcpEnd {
  readonly address: string;
  readonly port: number;
}

/** The TCP connections of one network namespace at one moment. */
export interface TcpTable {
  /** Whether the socket at this end is still there and nobody holds it any more; false also where it is in another namespace. */
  isAbandoned(end: TcpEnd): boolean;
  /** Whether one of our sockets is connected from this port to that end. */
  connects(localPort: number, remote: TcpEnd): boolean;
}

/**
 * Reads `/proc/PID/net/tcp` and `tcp6` (proc_pid_net(5)) of the network namespace that this process is in, or that one.
 * Nobody needs any right for that. Where there are none the table is empty.
 */
export async function readTcpTable(process: number | 'self' = 'self'): Promise<TcpTable> {
  const texts = await Promise.all(['tcp', 'tcp6'].map(async (name) => await readFile(`/proc/${process}/net/${name}`, 'latin1').catch(() => '')));
  return parseTcpTable(texts.join('\n'));
}

/** FIN_WAIT1, FIN_WAIT2, TIME_WAIT, LAST_ACK and CLOSING of the kernel's `tcp_states.h`: this end has said that it sends no more. */
const ENDED = new Set(['04', '05', '06', '09', '0B']);

export function parseTcpTable(text: string): TcpTable {
  /** By the end they are at: whether all sockets there are abandoned. */
  const abandoned = new Map<string, boolean>();
  const connections = new Set<string>();
  for (const line of text.split('\n')) {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    if (local === undefined || remote === undefined || state === undefined || !/^\d+$/.test(inode ?? '')) continue;
    const end = withoutMapping(local);
    abandoned.set(end, inode === '0' && ENDED.has(state) && abandoned.get(end) !== false);
    connections.add(`${local.slice(-4)} ${withoutMapping(remote)}`);
  }
  return {
    isAbandoned: (end) => abandoned.get(hexOf(end)) === true,
    connects: (localPort, remote) => connections.has(`${hexPort(localPort)} ${hexOf(remote)}`),
  };
}

/** `::ffff:0:0/96` as the kernel writes it, before the IPv4 address that it stands for. */
const MAPPED = '0000000000000000FFFF0000';

function withoutMapping(end: string): string {
  return end.startsWith(MAPPED) ? end.slice(MAPPED.length) : end;
}

function hexOf({ address, port }: TcpEnd): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return '';
  const digits = parsed.value.toString(16).padStart(parsed.family === 4 ? 8 : 32, '0').toUpperCase();
  const words = digits.match(/.{8}/g) ?? [];
  return withoutMapping(`${words.map(reversed).join('')}:${hexPort(port)}`);
}

/** The kernel prints each word of an address as a number of its own byte order, which is little-endian wherever this runs. */
function reversed(word: string): string {
  return (word.match(/../g) ?? []).toReversed().join('');
}

function hexPort(port: number): string {
  return port.toString(16).padStart(4, '0').toUpperCase();
}
