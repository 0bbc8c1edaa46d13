import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Permit } from '../../core/terms/permit.ts';
import type { Resolver } from './resolver.ts';

/** Milliseconds; a step that was not needed is absent. */
export interface DialTiming {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
}

export interface Dialled {
  /** A `TLSSocket` with a verified peer where the permit's scheme is `https`. */
  readonly socket: Socket | TLSSocket;
  /** The address that was dialled. */
  readonly address: string;
  readonly timing: DialTiming;
}

export interface Dialer {
  /**
   * Resolves the permit's host, classifies every address, and dials exactly one of them.
   * Rejects with `DialFault`; with the signal's reason when that ended it.
   */
  dial(permit: Permit, signal?: AbortSignal): Promise<Dialled>;
}

/** Milliseconds. */
export interface DialTimeouts {
  /** One address; the next is tried after it. */
  readonly connect: number;
  readonly handshake: number;
  /** Everything together. */
  readonly total: number;
}

export interface DialerSettings {
  readonly resolver: Resolver;
  /** PEM certificates that are trusted besides the system's. */
  readonly ca: readonly string[];
  /** Ports that this process listens on: they are dialled on no local address. */
  readonly ownPorts: () => readonly number[];
  readonly timeouts?: Partial<DialTimeouts>;
}

export type CreateDialer = (settings: DialerSettings) => Dialer;
