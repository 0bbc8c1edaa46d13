import type { Deadlines } from './deadlines.ts';
import type { Guard } from './guard.ts';
import type { HangUps } from './hang-ups.ts';
import type { Handshakes } from './handshakes.ts';
import type { Metrics } from './metrics.ts';
import type { Notices } from './notices.ts';
import type { OpenCalls } from './open-calls.ts';
import type { Leafs, Log, Records } from './ports.ts';
import type { ProxyLimits } from './settings.ts';
import type { Treatments } from './treatments.ts';
import type { UpstreamPool } from './upstream-pool.ts';

export interface Stream {
  /** The proxy is closing: ends the connection unless a call is under way, which will end it. */
  retire(): void;
  /** Ends the connection at once and says true, unless something is under way on it. */
  giveWay(): boolean;
}

/** What all connections of one proxy share. */
export interface House {
  readonly limits: ProxyLimits;
  readonly guard: Guard;
  readonly pool: UpstreamPool;
  readonly openCalls: OpenCalls;
  readonly deadlines: Deadlines;
  readonly handshakes: Handshakes;
  readonly hangUps: HangUps;
  readonly leafs: Leafs;
  readonly treatments: Treatments;
  /** Bytes that may still be held of request bodies that have to be judged. */
  readonly gathering: { left: number };
  readonly records: Records;
  readonly notices: Notices;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Connections that wait for a request or answer one. */
  readonly streams: Set<Stream>;
  readonly nextCall: () => string;
  /** The proxy is shutting down: no new calls. */
  readonly closing: () => boolean;
}
