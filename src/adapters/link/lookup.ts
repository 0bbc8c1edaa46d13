import { isIP, type LookupFunction } from 'node:net';
import { parseHost } from '../../core/address/host.ts';
import type { HostName } from '../../core/terms/authority.ts';

/** As much of a resolver as the link needs. */
export interface Resolving {
  /** At least one address, in the order to try them. */
  resolve(host: HostName, signal?: AbortSignal): Promise<readonly string[]>;
}

/**
 * Lets a TLS client find the controller where the pod's own resolver would not: that one gives out synthetic addresses.
 *
 * `NAME.NAMESPACE.svc` is short for a name below the cluster's domain, which a resolver without search list must be told.
 */
export function lookupBy(resolver: Resolving, clusterDomain: string): LookupFunction {
  return (hostname, options, callback) => {
    const name = hostname.endsWith('.svc') ? `${hostname}.${clusterDomain}` : hostname;
    void answer(find(resolver, name), options.all === true, callback);
  };
}

async function answer(finding: Promise<readonly string[]>, all: boolean, callback: Parameters<LookupFunction>[2]): Promise<void> {
  let addresses: readonly string[];
  try {
    addresses = await finding;
  } catch (cause) {
    callback(cause instanceof Error ? cause : new Error(String(cause)), '');
    return;
  }
  const [first = ''] = addresses;
  if (all) callback(null, addresses.map((address) => ({ address, family: isIP(address) })));
  else callback(null, first, isIP(first));
}

async function find(resolver: Resolving, name: string): Promise<readonly string[]> {
  const parsed = parseHost(name);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return resolver.resolve(parsed.host);
}
