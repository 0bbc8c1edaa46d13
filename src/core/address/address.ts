/** An IP address; `text` is its canonical spelling (dotted quad, or RFC 5952). */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly text: string;
}

const GROUPS = 8;

/**
 * Reads a dotted quad of four decimal octets without leading zeros, or an IPv6 address (RFC 4291 section 2.2, any of its
 * spellings, no brackets, no zone). Whatever `inet_aton` reads besides (`127.1`, `0x7f000001`, `017700000001`) is no address here.
 */
export function parseAddress(text: string): Address | undefined {
  const family = text.includes(':') ? 6 : 4;
  const value = family === 6 ? readV6(text) : readV4(text);
  return value === undefined ? undefined : addressOf(family, value);
}

/** The address of a number, which must fit its family. */
export function addressOf(family: 4 | 6, value: bigint): Address {
  return { family, value, text: family === 4 ? writeV4(value) : writeV6(value) };
}

function readV4(text: string): bigint | undefined {
  if (text.length > '255.255.255.255'.length) return undefined;
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = value * 256 + Number(octet);
  }
  return BigInt(value);
}

function readV6(text: string): bigint | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [readGroups(halves[0] ?? '', halves.length === 1), readGroups(halves[1] ?? '', true)];
  if (head === undefined || tail === undefined) return undefined;
  const missing = GROUPS - head.length - tail.length;
  // `::` stands for at least one group (RFC 4291); without it all eight must be there.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array<bigint>(missing).fill(0n), ...tail].reduce((value, group) => (value << 16n) | group, 0n);
}

/** `last`: whether these groups end the address, where a dotted quad may stand. */
function readGroups(text: string, last: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const quad = last && index === parts.length - 1 ? readV4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >> 16n, quad & 0xffffn);
  }
  return groups;
}

function writeV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

/** RFC 5952 section 4, and section 5 for the one prefix under which an IPv4 address is known to follow. */
function writeV6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${writeV4(value & 0xffff_ffffn)}`;
  const groups = Array.from({ length: GROUPS }, (_, index) => Number((value >> BigInt(16 * (GROUPS - 1 - index))) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
