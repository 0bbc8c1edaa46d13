import type { JWK } from 'jose';
import type { Draft, PayloadFacts, Position } from '../../core/evidence/draft.ts';
import type { Capture } from '../../core/terms/permit.ts';
import { JournalFault } from './fault.ts';

export interface JournalOptions {
  /** Made (0700) if absent. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Public P-256 key to which payloads are sealed; absent: a key pair in the journal's own `keys` folder, made at need. */
  readonly sealTo?: JWK;
}

/** `written`: write(2) has returned, so the record survives the process. `synced`: fdatasync has too, so it survives the node. */
export type Durability = 'written' | 'synced';

export interface Journal {
  /** Numbers the record at once, in the order of calls. Rejects with JournalFault when it is not kept. */
  append(draft: Draft, durability: Durability): Promise<Position>;
  /** A place to pour one direction of one call's body into. */
  payload(capture: Capture, call: string, side: 'request' | 'response', mediaType?: string): PayloadSink;
  /** Whether the last attempt to write succeeded. */
  readonly healthy: boolean;
  /** Waits for what was appended, syncs it and ends the epoch. */
  close(): Promise<void>;
}

export interface PayloadSink {
  /** Hashes the chunk and keeps a copy within the limit; the caller may reuse its memory at once. */
  write(chunk: Uint8Array): void;
  /** Seals what was kept. Never rejects: what could not be kept is said in the facts' `note`. */
  end(): Promise<PayloadFacts>;
}

/** Opens a new epoch behind whatever the folder holds. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  throw new JournalFault('unusable', `cannot open ${options.directory}`);
}
