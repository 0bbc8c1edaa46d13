import { lookup, Resolver as DnsResolver } from 'node:dns/promises';
import type { HostName } from '../../core/terms/authority.ts';
import { orAbort } from './or-abort.ts';
import { DialFault } from './dial-fault.ts';

export interface Resolver {
  /** At least one address, in the order to try them. Rejects with `DialFault`: `name-unresolved`, or `upstream-timeout`. */
  resolve(host: HostName, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface ResolverSettings {
  /** Answers that are fixed; they are classified like any other. */
  readonly fixed?: ReadonlyMap<string, readonly string[]>;
  /** DNS servers to ask, `IP` or `IP:PORT` (`[IPv6]:PORT`); absent: the system's own resolution. */
  readonly servers?: readonly string[];
  /** Milliseconds; default 5,000. */
  readonly timeout?: number;
}

/**
 * Resolves names anew for each connection: an answer is never kept, as what was harmless when it was classified may point
 * elsewhere a moment later. Only questions under way are shared. Throws where a server's address is none.
 */
export function createResolver({ fixed = new Map(), servers, timeout = 5_000 }: ResolverSettings): Resolver {
  const ask = servers === undefined ? askSystem : askServers(servers, timeout);
  const underWay = new Map<HostName, Promise<readonly string[]>>();

  const question = async (host: HostName): Promise<readonly string[]> => {
    try {
      return await within(ask(host), timeout, host);
    } finally {
      underWay.delete(host);
    }
  };

  return {
    async resolve(host, signal) {
      signal?.throwIfAborted();
      const known = fixed.get(host);
      if (known !== undefined && known.length > 0) return known;
      const answer = underWay.get(host) ?? question(host);
      underWay.set(host, answer);
      return await orAbort(answer, signal);
    },
  };
}

type Ask = (host: HostName) => Promise<readonly string[]>;

async function askSystem(host: HostName): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true, order: 'ipv4first' });
    return found.map((one) => one.address);
  } catch (error) {
    throw unresolved(host, error);
  }
}

/** Both families at once, IPv4 first: in a pod IPv6 seldom leads anywhere. One family's failure does not spoil the other's answer. */
function askServers(servers: readonly string[], timeout: number): Ask {
  const resolver = new DnsResolver({ timeout: Math.ceil(timeout / 3), tries: 2 });
  resolver.setServers(servers);
  return async (host) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return found;
    throw unresolved(host, v4.status === 'rejected' ? v4.reason : undefined);
  };
}

const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', 'NOTFOUND', 'NODATA']);

function unresolved(host: HostName, cause: unknown): DialFault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
  if (code === 'ETIMEOUT') return tooLate(host);
  if (NO_SUCH_NAME.has(code)) return new DialFault('name-unresolved', `${host} has no address in DNS`, { hint: 'check the spelling of the host', cause });
  return new DialFault('name-unresolved', `${host} could not be resolved: ${code}`, { hint: 'check the DNS server that the proxy asks', cause });
}

function tooLate(host: HostName): DialFault {
  return new DialFault('upstream-timeout', `DNS did not answer for ${host} in time`, { hint: 'check the DNS server that the proxy asks' });
}

async function within<Value>(work: Promise<Value>, milliseconds: number, host: HostName): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => { reject(tooLate(host)); }, milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
