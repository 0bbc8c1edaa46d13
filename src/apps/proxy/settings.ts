import type { Socket as UdpSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Subject } from '../../core/terms/subject.ts';
import type { HealthListener } from './health.ts';

export interface Endpoint {
  readonly host: string;
  /** 0 lets the system choose; `RunningProxy.listening` has the answer. */
  readonly port: number;
}

/** An endpoint to open, or a server that somebody else already opened (its handle may come out of another network namespace). */
export type Listening = Endpoint | { readonly server: Server };

/** `port` is the one the agent aimed at; the capture's rewriting loses it, so each has a listener of its own. */
export interface CapturedListening {
  readonly port: number;
  readonly at: Listening;
}

export type DnsListening = Endpoint | { readonly udp: UdpSocket; readonly tcp: Server };

/** Times in milliseconds, sizes in bytes. */
export interface ProxyLimits {
  /** Open connections of agents, all listeners together. */
  readonly connections: number;
  /** TLS handshakes with agents under way at once. */
  readonly handshakes: number;
  /** From the first byte of a connection, or the end of the last message, to the end of the next head. */
  readonly headTimeout: number;
  /** A connection on which no call is under way. */
  readonly idleTimeout: number;
  /** A body of either direction that stands still. */
  readonly bodyTimeout: number;
  /** From the request's last byte to the answer's head. */
  readonly answerTimeout: number;
  /** How long an answer that is billed is read on after the agent hung up. */
  readonly meterTimeout: number;
  readonly handshakeTimeout: number;
  readonly upstreamPerHost: number;
  /** For one of a host's connections to become free. */
  readonly upstreamWait: number;
  readonly upstreamIdleTimeout: number;
  /** How much of a refused request's body is read away to keep the connection. */
  readonly drain: number;
  /** All request bodies together that are held whole because a rule needs them. */
  readonly gathered: number;
}

export const DEFAULT_LIMITS: ProxyLimits = Object.freeze({
  connections: 1024,
  handshakes: 64,
  headTimeout: 15_000,
  idleTimeout: 120_000,
  bodyTimeout: 300_000,
  answerTimeout: 600_000,
  meterTimeout: 300_000,
  handshakeTimeout: 10_000,
  upstreamPerHost: 64,
  upstreamWait: 10_000,
  upstreamIdleTimeout: 30_000,
  drain: 64 * 1024,
  gathered: 64 * 1024 * 1024,
});

export interface ProxySettings {
  /** Who is calling, unless the source of policies vouches for somebody: everything that connects is this agent. */
  readonly subject: Subject;
  readonly listeners: {
    /** CONNECT and absolute form. */
    readonly explicit?: Listening;
    readonly captured?: readonly CapturedListening[];
    readonly dns?: DnsListening;
    /** `/healthz`, `/readyz`, `/metrics`: the one listener that others than the agent may reach. It may be at work already. */
    readonly health?: Listening | HealthListener;
  };
  /** DNS suffix of the cluster; names below it that no policy mentions do not exist for the agent. */
  readonly clusterDomain?: string;
  /** Milliseconds between looks at the packets that capture rejected; default 5,000. */
  readonly rejectionInterval?: number;
  readonly limits?: Partial<ProxyLimits>;
}
