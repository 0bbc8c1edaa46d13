import { addressOf, parseAddress, type Address } from './address.ts';

interface Form {
  readonly prefix: bigint;
  /** Bits of the prefix. */
  readonly length: number;
  /** Reads the IPv4 addresses that a router, translator or tunnel end would take out of such an address. */
  readonly read: (value: bigint) => readonly bigint[];
}

const low32 = (value: bigint): bigint => value & 0xffff_ffffn;

/** Not of 0.0.0.0/8, which is no host anywhere. */
const isHost = (quad: bigint): boolean => quad >> 24n !== 0n;

const form = (prefix: string, length: number, read: Form['read']): Form =>
  ({ prefix: (parseAddress(prefix)?.value ?? 0n) >> BigInt(128 - length), length, read });

const FORMS: readonly Form[] = [
  form('::ffff:0:0', 96, (value) => [low32(value)]), // IPv4-mapped, RFC 4291 section 2.5.5.2
  form('::', 96, (value) => [low32(value)].filter(isHost)), // IPv4-compatible, RFC 4291 section 2.5.5.1; `::` and `::1` are none
  form('::ffff:0:0:0', 96, (value) => [low32(value)]), // IPv4-translated, RFC 2765 section 2.1
  form('64:ff9b::', 96, (value) => [low32(value)]), // NAT64, RFC 6052 section 2.1
  // Local-use NAT64, RFC 8215: the operator chooses the length, so every reading counts but those of zero padding.
  form('64:ff9b:1::', 48, (value) => ([48, 56, 64, 96] as const).map((length) => translated(length, value)).filter(isHost)),
  form('2002::', 16, (value) => [low32(value >> 80n)]), // 6to4, RFC 3056 section 2
  form('2001::', 32, (value) => [low32(value >> 64n), low32(~value)]), // Teredo server and client, RFC 4380 section 4
];

const ISATAP = [0x0000_5efen, 0x0200_5efen];

/** Every IPv4 address that stands inside an IPv6 address (threat: a private target spelt as a public-looking one). */
export function embeddedAddresses(address: Address): readonly Address[] {
  if (address.family === 4) return [];
  const { value } = address;
  const found = FORMS.filter(({ prefix, length }) => value >> BigInt(128 - length) === prefix).flatMap(({ read }) => read(value));
  // ISATAP (RFC 5214 section 6.1) is told by the interface identifier, under any prefix.
  if (ISATAP.includes(low32(value >> 32n))) found.push(low32(value));
  return found.map((quad) => addressOf(4, quad));
}

/** RFC 6052 section 2.2: where the 32 bits stand under a prefix of so many bits; octet `u`, bits 64 to 71, is skipped. */
function translated(length: 48 | 56 | 64 | 96, value: bigint): bigint {
  if (length === 96) return low32(value);
  const withoutU = ((value >> 64n) << 56n) | (value & ((1n << 56n) - 1n));
  return low32(withoutU >> BigInt(120 - length - 32));
}
