import { DialFault } from '../../adapters/network/dial-fault.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import type { Metrics } from './metrics.ts';
import { UpstreamSessions } from './http2/upstream-sessions.ts';
import type { Dialling } from './ports.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamConnection, type UpstreamOwner } from './upstream-connection.ts';

export interface PoolParts {
  readonly dialling: Dialling;
  readonly deadlines: Deadlines;
  readonly metrics: Metrics;
  readonly limits: { readonly upstreamPerHost: number; readonly upstreamIdleTimeout: number; readonly upstreamWait: number };
}

interface Waiter extends Timed {
  readonly permit: Permit;
  readonly signal: AbortSignal;
  readonly resolve: (connection: UpstreamConnection | Promise<UpstreamConnection>) => void;
}

interface Place {
  /** Last used last. */
  readonly idle: UpstreamConnection[];
  readonly waiting: Waiter[];
  /** Open or being opened. */
  open: number;
}

/**
 * Connections kept open between calls. Two calls share one only if their permits name the same authority and allow the
 * same addresses; each new connection resolves and classifies the name anew.
 */
export class UpstreamPool implements UpstreamOwner {
  readonly #parts: PoolParts;
  readonly #places = new Map<string, Place>();
  readonly #all = new Set<UpstreamConnection>();
  readonly #sessions: UpstreamSessions;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#sessions = new UpstreamSessions(parts);
  }

  /** An open connection that is free, or has room, if there is one. */
  take(permit: Permit): Upstream | undefined {
    const key = keyOf(permit);
    const stream = permit.facts.treatment.http2 ? this.#sessions.take(key) : undefined;
    if (stream !== undefined) return stream;
    const idle = this.#places.get(key)?.idle;
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      if (!connection.alive) continue;
      this.#parts.metrics.upstreamReused += 1;
      return connection;
    }
    return undefined;
  }

  /** A new connection, for which an idle one makes room; where the host has all it may have and all are busy, the first that becomes free. Rejects as the dialler does, and with `too-many-connections` if that takes too long. */
  async connect(permit: Permit, signal: AbortSignal): Promise<Upstream> {
    const key = keyOf(permit);
    const stream = permit.facts.treatment.http2 ? await this.#sessions.connect(key, permit, signal) : undefined;
    if (stream !== undefined) return stream;
    const { deadlines, limits } = this.#parts;
    const deadline = deadlines.after(limits.upstreamWait);
    for (;;) {
      const place = this.#place(key);
      const full = place.open >= limits.upstreamPerHost;
      if (full) this.#makeRoom(key, place);
      const connection = await (full ? this.#wait(place, permit, signal, deadline) : this.#dial(key, place, permit, signal));
      if (connection.alive) return connection;
      signal.throwIfAborted();
    }
  }

  free(connection: UpstreamConnection): void {
    const place = this.#place(connection.key);
    const waiter = place.waiting.shift();
    if (waiter !== undefined) return waiter.resolve(connection);
    const { deadlines, limits } = this.#parts;
    connection.deadline = deadlines.after(Math.min(limits.upstreamIdleTimeout, connection.serverPatience));
    place.idle.push(connection);
  }

  closed(connection: UpstreamConnection): void {
    const place = this.#place(connection.key);
    this.#all.delete(connection);
    this.#parts.deadlines.remove(connection);
    this.#parts.metrics.upstreamConnections -= 1;
    const index = place.idle.indexOf(connection);
    if (index >= 0) place.idle.splice(index, 1);
    this.#vacate(connection.key, place);
  }

  close(): void {
    this.#sessions.close();
    for (const connection of this.#all) connection.destroy();
  }

  async #dial(key: string, place: Place, permit: Permit, signal: AbortSignal): Promise<UpstreamConnection> {
    const { dialling, deadlines, metrics } = this.#parts;
    place.open += 1;
    try {
      const dialled = await dialling.dial(permit, signal);
      if (dialled.http2 === true) throw spokeOtherwise(permit, dialled.socket);
      const connection = new UpstreamConnection(key, dialled, this);
      this.#all.add(connection);
      deadlines.add(connection);
      metrics.upstreamConnections += 1;
      metrics.upstreamConnectionsTotal += 1;
      return connection;
    } catch (error) {
      this.#vacate(key, place);
      throw error;
    }
  }

  #wait(place: Place, permit: Permit, signal: AbortSignal, deadline: number): Promise<UpstreamConnection> {
    const { deadlines, limits } = this.#parts;
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown): void => {
        const index = place.waiting.indexOf(waiter);
        if (index >= 0) place.waiting.splice(index, 1);
        deadlines.remove(waiter);
        reject(reason);
      };
      const waiter: Waiter = {
        permit, signal, deadline,
        resolve: (connection) => {
          deadlines.remove(waiter);
          resolve(connection);
        },
        expire: () => { leave(new DialFault('too-many-connections', `all ${limits.upstreamPerHost} connections to ${permit.authority.host} are in use`)); },
      };
      place.waiting.push(waiter);
      deadlines.add(waiter);
      signal.addEventListener('abort', () => { leave(signal.reason); }, { once: true });
    });
  }

  /** Closes the connection that has been idle the longest, unless enough are closing already for all who wait and one more. */
  #makeRoom(key: string, place: Place): void {
    const closing = Array.from(this.#all).filter((connection) => connection.key === key && !connection.alive).length;
    if (closing <= place.waiting.length) place.idle.shift()?.destroy();
  }

  #vacate(key: string, place: Place): void {
    place.open -= 1;
    const waiter = place.waiting.shift();
    if (waiter !== undefined) waiter.resolve(this.#dial(key, place, waiter.permit, waiter.signal));
    else if (place.open === 0) this.#places.delete(key);
  }

  #place(key: string): Place {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { idle: [], waiting: [], open: 0 };
      this.#places.set(key, place);
    }
    return place;
  }
}

/** It was asked a moment ago and chose HTTP/1.1. */
function spokeOtherwise({ authority }: Permit, socket: { destroy(): unknown }): DialFault {
  socket.destroy();
  return new DialFault('upstream-unreachable', `${authority.host} does not always choose the same version of HTTP`);
}

function keyOf(permit: Permit): string {
  const { scheme, host, port } = permit.authority;
  let key = `${scheme}://${host}:${port}`;
  const { addresses, treatment } = permit.facts;
  if (treatment.http2) key += ' http2';
  return addresses.length === 0 ? key : `${key} ${addresses.map((range) => range.text).sort().join(' ')}`;
}
