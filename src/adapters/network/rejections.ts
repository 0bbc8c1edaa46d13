import { readFile } from 'node:fs/promises';

/**
 * Packets that this network namespace's kernel refused so far: ICMP and ICMPv6 destination-unreachable messages sent, which
 * is what capture's reject rule makes of a packet (and the kernel of a datagram to a closed port). Readable without any right.
 * Resolves to undefined where the kernel does not say.
 */
export async function countRejections(): Promise<number | undefined> {
  const [v4, v6] = await Promise.all(['/proc/net/snmp', '/proc/net/snmp6'].map(async (path) => await readFile(path, 'latin1').catch(() => '')));
  const counts = [columnOf(v4 ?? '', 'Icmp:', 'OutDestUnreachs'), lineOf(v6 ?? '', 'Icmp6OutDestUnreachs')].filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count);
}

/** `/proc/net/snmp`: for each protocol a line of names, then a line of values in the same order. */
export function columnOf(text: string, protocol: string, name: string): number | undefined {
  const [names, values] = text.split('\n').filter((line) => line.startsWith(protocol)).map((line) => line.split(' '));
  return readCount(values?.[names?.indexOf(name) ?? -1]);
}

/** `/proc/net/snmp6`: a name and a value on each line. */
export function lineOf(text: string, name: string): number | undefined {
  const line = text.split('\n').map((each) => each.split(/\s+/)).find(([first]) => first === name);
  return readCount(line?.[1]);
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
