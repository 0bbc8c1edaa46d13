import type { AddressRange } from '../terms/authority.ts';
import type { Address } from './address.ts';
import { outerClass, type AddressClass } from './classify.ts';
import { embeddedAddresses } from './embedded.ts';
import { contains } from './range.ts';

export type AddressAnswer = { readonly ok: true } | { readonly ok: false; readonly class: AddressClass; readonly sentence: string };

const PHRASES: Readonly<Record<AddressClass, string>> = {
  public: 'a public address',
  unspecified: 'an unspecified address',
  loopback: 'a loopback address',
  private: 'a private address',
  shared: 'an address of carrier-grade NAT',
  'link-local': 'a link-local address',
  metadata: 'an address where a cloud hands out credentials',
  multicast: 'a multicast address',
  documentation: 'an address for documentation',
  synthetic: 'one of the proxy\'s own synthetic addresses',
  reserved: 'a reserved address',
};

/**
 * Whether an address may be dialled: a public one may, any other only where a listed range contains it, a synthetic one never.
 * An address inside an address (NAT64, 6to4, ...) must be permitted as well as the one around it: it only adds denials.
 */
export function permitsAddress(address: Address, ranges: readonly AddressRange[]): AddressAnswer {
  const refused = [address, ...embeddedAddresses(address)].find((each) => !permitted(each, ranges));
  if (refused === undefined) return { ok: true };
  const found = outerClass(refused);
  return { ok: false, class: found, sentence: sentence(address, refused, found) };
}

function permitted(address: Address, ranges: readonly AddressRange[]): boolean {
  const found = outerClass(address);
  if (found === 'public') return true;
  return found !== 'synthetic' && ranges.some((range) => contains(range, address));
}

function sentence(address: Address, refused: Address, found: AddressClass): string {
  const subject = refused === address ? `${address.text} is` : `${address.text} contains ${refused.text},`;
  const why = found === 'synthetic' ? 'which is never dialled' : 'and no listed range contains it';
  return `${subject} ${PHRASES[found]}, ${why}`;
}
