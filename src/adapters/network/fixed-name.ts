import { parseAddress } from '../../core/address/address.ts';
import { parseHost } from '../../core/address/host.ts';
import type { HostName } from '../../core/terms/authority.ts';

export type FixedName = { readonly ok: true; readonly host: HostName; readonly address: string } | { readonly ok: false; readonly sentence: string };

/** Reads `HOST:ADDRESS`, as in `api.example.com:192.0.2.7` or `api.example.com:[2001:db8::7]`. */
export function readFixedName(text: string): FixedName {
  const colon = text.indexOf(':');
  if (colon < 1) return { ok: false, sentence: `expected HOST:ADDRESS, got ${JSON.stringify(text)}` };
  const host = parseHost(text.slice(0, colon));
  if (!host.ok) return host;
  const written = text.slice(colon + 1);
  const address = parseAddress(/^\[(.*)\]$/.exec(written)?.[1] ?? written);
  if (address === undefined) return { ok: false, sentence: `expected an IP address after the host, got ${JSON.stringify(written)}` };
  return { ok: true, host: host.host, address: address.text };
}

/** Gathers fixed names by host, in the order given: a host may have several addresses. */
export function byHost(names: readonly { readonly host: HostName; readonly address: string }[]): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const { host, address } of names) addresses.set(host, [...(addresses.get(host) ?? []), address]);
  return addresses;
}
