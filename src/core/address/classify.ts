import type { Address } from './address.ts';

export type AddressClass =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'documentation'
  | 'synthetic'
  | 'reserved';

export function classifyAddress(_address: Address): AddressClass {
  return 'reserved';
}
