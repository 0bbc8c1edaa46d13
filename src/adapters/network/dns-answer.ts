import { isAddressLiteral, parseHost } from '../../core/address/host.ts';
import type { HostName } from '../../core/terms/authority.ts';
import type { Answer, Query } from '../../core/traffic/dns.ts';
import type { SyntheticNames } from './names.ts';

export interface AnswerSettings {
  readonly names: SyntheticNames;
  /** Whether a policy in force lists the name; only asked for names inside the cluster and for `localhost`. */
  readonly mentions: (host: HostName) => boolean;
  /** DNS suffix of the cluster, such as `cluster.local`. */
  readonly clusterDomain?: string;
}

const TYPE_A = 1;

/** Seconds. Short: the table lives no longer than the proxy. */
const LIFETIME = 30;

/**
 * What to say to a query, in this order: names that are none do not exist; nor do reverse lookups; nor do names inside the cluster
 * (and `localhost`) that no policy mentions, for resolvers append the search list to every outside name; any other
 * name has a synthetic address, and nothing else (no AAAA, and no HTTPS or SVCB, which would carry addresses and keys around us).
 */
export function answerTo(query: Query, { names, mentions, clusterDomain }: AnswerSettings): Answer {
  const parsed = parseHost(query.name);
  if (!parsed.ok || isAddressLiteral(parsed.host)) return { kind: 'no-such-name' };
  const { host } = parsed;
  if (within(host, 'arpa')) return { kind: 'no-such-name' };
  const local = within(host, 'localhost') || (clusterDomain !== undefined && within(host, clusterDomain));
  if (local && !mentions(host)) return { kind: 'no-such-name' };
  if (query.type !== TYPE_A) return { kind: 'empty' };
  return { kind: 'address', address: names.addressOf(host), ttl: LIFETIME };
}

function within(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
