import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { NoticeDraft, IntentDraft, OutcomeDraft, PayloadFacts } from '../../core/evidence/record.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import type { HostName } from '../../core/terms/authority.ts';
import type { Capture, Permit } from '../../core/terms/permit.ts';

/** Where the policy comes from: files that are watched, or the controller's link. */
export interface SnapshotSource {
  /** Undefined as long as none ever arrived; then nothing is permitted. */
  current(): Snapshot | undefined;
  /** Called after each change; returns what ends the subscription. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
}

/** Takes one direction of one call's body, piece by piece, as it passes. */
export interface PayloadSink {
  write(chunk: Uint8Array): void;
  end(): Promise<PayloadFacts>;
}

/** Where records go before anything is done. Rejects when a record cannot be written; then nothing may be done. */
export interface Records {
  append(draft: IntentDraft | OutcomeDraft | NoticeDraft, durability: 'written' | 'synced'): Promise<unknown>;
  payload(capture: Capture, call: string, side: 'request' | 'response', mediaType?: string): PayloadSink;
  readonly healthy: boolean;
}

export interface DialTiming {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
}

/** Opens one connection to the one place that a permit names. */
export interface Dialling {
  dial(permit: Permit, signal?: AbortSignal): Promise<{ readonly socket: Duplex; readonly address: string; readonly timing: DialTiming }>;
}

/** Mints the certificates that intercepted connections are shown. */
export interface Leafs {
  leaf(host: HostName): SecureContext;
}

/** Which name a synthetic address was given out for. */
export interface SyntheticNames {
  nameOf(address: string): HostName | undefined;
}

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Everything that the proxy needs of the world, so that tests can give it another. */
export interface ProxyPorts {
  readonly snapshots: SnapshotSource;
  readonly records: Records;
  readonly dialling: Dialling;
  readonly leafs: Leafs;
  /** Absent where nothing is captured. */
  readonly names?: SyntheticNames;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Packets that capture rejected so far; absent where nothing counts them. */
  readonly rejectedPackets?: () => Promise<number>;
}
