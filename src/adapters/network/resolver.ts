import type { HostName } from '../../core/terms/authority.ts';

export interface Resolver {
  /** At least one address, in the order to try them. Rejects with `DialFault` (`name-unresolved`, `upstream-timeout`). */
  resolve(host: HostName, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface ResolverSettings {
  /** Answers that are fixed; they are classified like any other. */
  readonly fixed?: ReadonlyMap<string, readonly string[]>;
  /** DNS servers to ask, `IP` or `IP:PORT` (`[IPv6]:PORT`); absent: the system's own resolution. */
  readonly servers?: readonly string[];
  /** Milliseconds. */
  readonly timeout?: number;
}

export type CreateResolver = (settings: ResolverSettings) => Resolver;
