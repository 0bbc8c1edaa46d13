import { DialFault } from '../../../adapters/network/dial-fault.ts';
import { orAbort } from '../../../adapters/network/or-abort.ts';
import type { Permit } from '../../../core/terms/permit.ts';
import type { Deadlines } from '../deadlines.ts';
import type { Metrics } from '../metrics.ts';
import type { Dialling } from '../ports.ts';
import type { Upstream } from '../upstream.ts';
import { UpstreamSession } from './upstream-session.ts';

interface SessionsParts {
  readonly dialling: Dialling;
  readonly deadlines: Deadlines;
  readonly metrics: Metrics;
  readonly limits: { readonly upstreamIdleTimeout: number };
}

/** Of authorities that are known not to speak HTTP/2. */
const MOST = 1_000;

/**
 * Connections of HTTP/2: one for each key, which is the authority and the addresses that the permit allows. A connection is never
 * used for another authority, whatever names its certificate has (RFC 9113 section 9.1.1 would let it).
 */
export class UpstreamSessions {
  readonly #parts: SessionsParts;
  readonly #sessions = new Map<string, UpstreamSession>();
  readonly #all = new Set<UpstreamSession>();
  readonly #opening = new Map<string, Promise<UpstreamSession | undefined>>();
  /** Authorities that chose HTTP/1.1 when they were asked last. */
  readonly #without = new Set<string>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** The way to the authority, if a connection is open. */
  take(key: string): Upstream | undefined {
    const session = this.#sessions.get(key);
    if (session === undefined || !session.open) return undefined;
    this.#parts.metrics.upstreamReused += 1;
    return session.stream();
  }

  /** On a new connection, which calls that come meanwhile share; undefined where the upstream does not speak HTTP/2. Rejects as the dialler does. */
  async connect(key: string, permit: Permit, signal: AbortSignal): Promise<Upstream | undefined> {
    if (this.#without.has(key) && permit.facts.treatment.protocol !== 'grpc') return undefined;
    const session = await orAbort(this.#opening.get(key) ?? this.#open(key, permit), signal);
    if (session === undefined && permit.facts.treatment.protocol === 'grpc') {
      throw new DialFault('upstream-malformed', `${permit.authority.host} does not speak HTTP/2, which gRPC needs`, { hint: 'check that the service is gRPC, on this port, over TLS' });
    }
    return session?.stream();
  }

  close(): void {
    for (const session of this.#all) session.destroy();
  }

  async #open(key: string, permit: Permit): Promise<UpstreamSession | undefined> {
    const opening = this.#dial(key, permit);
    this.#opening.set(key, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(key);
    }
  }

  async #dial(key: string, permit: Permit): Promise<UpstreamSession | undefined> {
    const { dialling, deadlines, metrics, limits } = this.#parts;
    const dialled = await dialling.dial(permit);
    if (dialled.http2 !== true) {
      if (this.#without.size >= MOST) this.#without.clear();
      this.#without.add(key);
      dialled.socket.destroy();
      return undefined;
    }
    const session = new UpstreamSession(key, dialled, { patience: () => deadlines.after(limits.upstreamIdleTimeout), closed: (closed) => { this.#closed(closed); } });
    this.#sessions.set(key, session);
    this.#all.add(session);
    deadlines.add(session);
    metrics.upstreamConnections += 1;
    metrics.upstreamConnectionsTotal += 1;
    return session;
  }

  #closed(session: UpstreamSession): void {
    this.#all.delete(session);
    this.#parts.deadlines.remove(session);
    this.#parts.metrics.upstreamConnections -= 1;
    if (this.#sessions.get(session.key) === session) this.#sessions.delete(session.key);
  }
}
