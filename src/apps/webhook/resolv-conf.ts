import { isIP } from 'node:net';

export interface Resolution {
  /** First usable name server. */
  readonly nameServer?: string;
  /** From the search list that the kubelet writes, `NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN`. */
  readonly clusterDomain?: string;
}

/** Reads what resolv.conf(5) says of the cluster's DNS; lines that it cannot use are passed over, as every resolver does. */
export function readResolvConf(text: string): Resolution {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const nameServer = lines.filter(([word]) => word === 'nameserver').map(([, address]) => address ?? '').find((address) => isIP(address) !== 0);
  // The last search line counts.
  const search = lines.findLast(([word]) => word === 'search') ?? [];
  const clusterDomain = search.slice(1).find((domain) => domain.startsWith('svc.'))?.slice('svc.'.length).replace(/\.$/, '').toLowerCase();
  return { ...(nameServer === undefined ? {} : { nameServer }), ...(clusterDomain === undefined || clusterDomain === '' ? {} : { clusterDomain }) };
}
