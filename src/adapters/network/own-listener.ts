import { networkInterfaces } from 'node:os';
import type { Address } from '../../core/address/address.ts';
import { classifyAddress } from '../../core/address/classify.ts';
import { embeddedAddresses } from '../../core/address/embedded.ts';

/** Whether the address is this machine's (or pod's) own, in any spelling: then a port of ours there is we ourselves. */
export function isLocal(address: Address): boolean {
  const kind = classifyAddress(address);
  if (kind === 'loopback' || kind === 'unspecified' || kind === 'synthetic') return true;
  const own = new Set(Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).map((one) => one.address));
  return [address, ...embeddedAddresses(address)].some((each) => own.has(each.text));
}
