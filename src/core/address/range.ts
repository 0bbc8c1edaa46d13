import type { AddressRange } from '../terms/authority.ts';
import { addressOf, parseAddress, type Address } from './address.ts';

const BITS = { 4: 32, 6: 128 } as const;

/** CIDR (RFC 4632, RFC 4291 section 2.3), or one address as a range of itself; `undefined` if it is neither, or if bits are set beyond its length. */
export function parseRange(text: string): AddressRange | undefined {
  const range = maskedRange(text);
  const base = parseAddress(text.split('/', 1)[0] ?? '');
  return range?.base === base?.value ? range : undefined;
}

/** The same, with the bits beyond the length cleared: the right spelling to propose to whoever wrote `10.0.0.5/8`. */
export function maskedRange(text: string): AddressRange | undefined {
  const [base, suffix, ...rest] = text.split('/');
  const address = parseAddress(base ?? '');
  if (address === undefined || rest.length > 0) return undefined;
  const bits = BITS[address.family];
  const length = suffix === undefined ? bits : readLength(suffix);
  if (length === undefined || length > bits) return undefined;
  const masked = mask(address.value, bits - length);
  return { family: address.family, base: masked, length, text: `${addressOf(address.family, masked).text}/${length}` };
}

export function contains(range: AddressRange, address: Address): boolean {
  return range.family === address.family && mask(address.value, BITS[range.family] - range.length) === range.base;
}

/** Whether two ranges share an address. */
export function overlaps(one: AddressRange, other: AddressRange): boolean {
  if (one.family !== other.family) return false;
  const free = BITS[one.family] - Math.min(one.length, other.length);
  return mask(one.base, free) === mask(other.base, free);
}

const mask = (value: bigint, free: number): bigint => (value >> BigInt(free)) << BigInt(free);

const readLength = (text: string): number | undefined => (/^(?:0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : undefined);
