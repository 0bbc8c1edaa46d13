import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { SyntheticNames } from '../../adapters/network/names.ts';
import type { TcpTable } from '../../adapters/network/tcp-table.ts';
import type { Draft, PayloadFacts } from '../../core/evidence/draft.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import type { HostName } from '../../core/terms/authority.ts';
import type { Capture, Permit } from '../../core/terms/permit.ts';
import type { Subject } from '../../core/terms/subject.ts';
import type { CredentialParts } from './credential-calls.ts';
import type { TreatmentKind } from './treatments.ts';

/** Where the policy comes from: files that are watched, or the controller's link. */
export interface SnapshotSource {
  /** Undefined as long as none ever arrived; then nothing is permitted. */
  current(): Snapshot | undefined;
  /** Called after each change of policies or subject; returns what ends the subscription. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** Who is calling, where the source vouches for that too; else the settings say it. */
  subject?(): Subject | undefined;
}

/** Takes one direction of one call's body, piece by piece, as it passes. */
export interface PayloadSink {
  write(chunk: Uint8Array): void;
  end(): Promise<PayloadFacts>;
}

/** Where records go before anything is done. Rejects when a record cannot be written; then nothing may be done. */
export interface Records {
  append(draft: Draft, durability: 'soon' | 'written' | 'synced'): Promise<unknown>;
  payload(capture: Capture, call: string, side: 'request' | 'response', mediaType?: string): PayloadSink;
  readonly healthy: boolean;
}

export interface DialTiming {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
}

export interface Dialled {
  readonly socket: Socket;
  /** The IP address at the other end. */
  readonly address: string;
  readonly timing: DialTiming;
  /** Both sides speak HTTP/2 on it, because the permit lets them. */
  readonly http2?: boolean;
}

/** Opens one connection to the one place that a permit names. */
export interface Dialling {
  dial(permit: Permit, signal?: AbortSignal): Promise<Dialled>;
}

/** Mints the certificates that intercepted connections are shown. */
export interface Leafs {
  leaf(host: HostName): SecureContext;
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
  /** What can be done to calls besides passing them on; absent: what `standardTreatments` has. */
  readonly treatments?: readonly TreatmentKind[];
  /** Secrets that agents do not hold; absent: none can be had. */
  readonly credentials?: CredentialParts;
  /** Absent where nothing is captured. */
  readonly names?: SyntheticNames;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The kernel's view of who is still there; absent where it cannot be asked. */
  readonly tcpTable?: () => Promise<TcpTable>;
  /** Packets that capture rejected so far. */
  readonly rejectedPackets?: () => Promise<number | undefined>;
}
