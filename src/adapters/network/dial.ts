import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Address } from '../../core/address/address.ts';
import { isAddressLiteral } from '../../core/address/host.ts';
import type { Authority } from '../../core/terms/authority.ts';
import { Permit } from '../../core/terms/permit.ts';
import { permittedAddresses } from './candidates.ts';
import { DialFault } from './dial-fault.ts';
import { secure } from './handshake.ts';
import type { Resolver } from './resolver.ts';
import { upstreamTrust } from './trust.ts';
import { TimedOut, untilReady } from './waiting.ts';

/** Milliseconds; a step that was not needed is absent. */
interface DialTiming {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
}

interface Dialled {
  /** A `TLSSocket` with a verified peer where the permit's scheme is `https`. */
  readonly socket: Socket | TLSSocket;
  /** The address that was dialled. */
  readonly address: string;
  readonly timing: DialTiming;
  /** The peer chose HTTP/2. */
  readonly http2?: boolean;
}

export interface Dialer {
  /**
   * Resolves the permit's host, classifies every address, and dials exactly one of them.
   * Rejects with `DialFault`; with the signal's reason when that ended it; with `TypeError` on a permit that was not issued.
   */
  dial(permit: Permit, signal?: AbortSignal): Promise<Dialled>;
}

/** Milliseconds. */
interface DialTimeouts {
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

const TIMEOUTS: DialTimeouts = { connect: 5_000, handshake: 10_000, total: 20_000 };

/** Opens connections upstream. Throws where `ca` is no certificate. */
export function createDialer({ resolver, ca, ownPorts, timeouts }: DialerSettings): Dialer {
  const limits = { ...TIMEOUTS, ...timeouts };
  const trust = upstreamTrust(ca);

  return {
    async dial(permit, signal) {
      if (!Permit.proven(permit)) throw new TypeError('expected a permit that policy evaluation issued');
      const { host, scheme } = permit.authority;
      const clock = stopwatch(limits.total);

      const resolved = isAddressLiteral(host) ? [host] : await resolver.resolve(host, signal);
      const dns = isAddressLiteral(host) ? {} : { dns: clock.lap() };
      const candidates = permittedAddresses(permit.facts, resolved, ownPorts());

      const { socket, address } = await firstOpen(candidates, permit.authority, () => Math.min(limits.connect, clock.left()), signal);
      const timing = { ...dns, connect: clock.lap() };
      if (scheme === 'http') return { socket, address, timing };

      const secured = await secure(socket, host, trust(), Math.min(limits.handshake, clock.left()), signal, protocolsOf(permit));
      return { socket: secured, address, timing: { ...timing, tls: clock.lap() }, ...(secured.alpnProtocol === 'h2' && { http2: true }) };
    },
  };
}

/** HTTP/2 only where the tool says so: gRPC has no other. */
function protocolsOf({ facts: { treatment } }: Permit): readonly string[] {
  if (treatment.protocol === 'grpc') return ['h2'];
  return treatment.http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
}

/** Tries one address after the other, each within what time is left: never two at once. */
async function firstOpen(candidates: readonly Address[], { host, port }: Authority, patience: () => number, signal: AbortSignal | undefined): Promise<{ socket: Socket; address: string }> {
  const failures: string[] = [];
  let onlyLate = true;
  for (const { text } of candidates) {
    const milliseconds = patience();
    const socket = connect({ host: text, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, autoSelectFamily: false });
    try {
      await untilReady(socket, 'connect', milliseconds, signal);
      return { socket, address: text };
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      onlyLate &&= error instanceof TimedOut;
      failures.push(`${text}: ${describe(error, milliseconds)}`);
    }
  }
  const sentence = `${host} does not take connections on port ${port} (${failures.join('; ')})`;
  throw new DialFault(onlyLate ? 'upstream-timeout' : 'upstream-unreachable', sentence, { hint: 'check that the service is up, and that the network between lets the proxy through' });
}

function describe(error: unknown, milliseconds: number): string {
  if (error instanceof TimedOut) return `no answer within ${Math.round(milliseconds)} ms`;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** `left` is at least 1: a step that has no time left fails at once and says so. */
function stopwatch(total: number): { lap(): number; left(): number } {
  const start = performance.now();
  let last = start;
  return {
    lap() {
      const now = performance.now();
      const lap = now - last;
      last = now;
      return Math.round(lap * 100) / 100;
    },
    left: () => Math.max(1, Math.floor(start + total - performance.now())),
  };
}
