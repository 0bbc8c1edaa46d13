import type { JWK } from 'jose';
import type { Draft, PayloadFacts, Position } from '../../core/evidence/draft.ts';
import type { Capture } from '../../core/terms/permit.ts';
import { BlobStore } from './blobs.ts';
import { evidenceKey } from './evidence-key.ts';
import { faultOf } from './fault.ts';
import { blobFolder, keyFolder } from './layout.ts';
import { lockJournal } from './lock.ts';
import { createLogFile } from './log-file.ts';
import type { CreateLogFile } from './log-file.ts';
import { makeFolder } from './make-folder.ts';
import { RecordChain } from './record-chain.ts';
import { CAPTURE_MEMORY, CapturingSink } from './payload-sink.ts';
import { randomPool } from './random-pool.ts';
import { Refusals } from './refusals.ts';
import { createSeal } from './seal.ts';
import { Space } from './space.ts';

export interface JournalOptions {
  /** Made (0700) if absent. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Public P-256 key to which payloads are sealed; absent: a key pair in the journal's own `keys` folder, made at need. */
  readonly sealTo?: JWK;
  /** Bytes that the folder may take on disk; absent: as many as there are. Over it records are refused as `full`. */
  readonly limit?: number;
  /** Instead of real files, for tests of what disks do. */
  readonly createFile?: CreateLogFile;
}

/**
 * `written`: write(2) has returned, so the record survives the process. `synced`: fdatasync has too, so it survives the node.
 * `soon`: as `written`, but nobody waits, so it goes with the next write, within 5 ms; the order of records is the same.
 */
export type Durability = 'soon' | 'written' | 'synced';

export interface Journal {
  /** Numbers the record at once, in the order of calls. Rejects with JournalFault when it is not kept. */
  append(draft: Draft, durability: Durability): Promise<Position>;
  /** A place to pour one direction of one call's body into. */
  payload(capture: Capture, call: string, side: 'request' | 'response', mediaType?: string): PayloadSink;
  /** Whether the last attempt to write succeeded. */
  readonly healthy: boolean;
  /** Waits for what was appended, syncs it and ends the epoch. Rejects with JournalFault if the end cannot be written. */
  close(): Promise<void>;
}

export interface PayloadSink {
  /** Hashes the chunk and keeps a copy within the limit; the caller may reuse its memory at once. */
  write(chunk: Uint8Array): void;
  /** Seals what was kept. Never rejects: what could not be kept is said in the facts' `note`. */
  end(): Promise<PayloadFacts>;
}

/**
 * Opens a new epoch behind whatever the folder holds; a torn end is moved aside.
 * Rejects with JournalFault: `in-use` if another process writes there, `full` or `unusable` if nothing can be written.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, now } = options;
  const randomBytes = randomPool(options.randomBytes);
  makeFolders(directory);
  const unlock = lockJournal(directory);
  let blobs: BlobStore | undefined;
  try {
    const key = evidenceKey(directory, options.sealTo);
    const create = limited(options, options.createFile ?? createLogFile);
    const store = new BlobStore(directory, createSeal(key, now, randomBytes), create);
    blobs = store;
    const secret = Buffer.from(randomBytes(32)).toString('hex');
    const sealedSecret = store.put(Buffer.from(`${JSON.stringify({ v: 1, secret })}\n`));
    store.flush();
    const chain = new RecordChain({ directory, now, key: key.id, secret: await sealedSecret, create });
    const memory = { left: CAPTURE_MEMORY };
    const refusals = new Refusals((notice) => chain.append(notice, 'written'), now);
    return {
      append: (draft, durability) =>
        chain.append(draft, durability).catch((error: unknown) => {
          refusals.count(error);
          throw error;
        }),
      payload: (capture, call, side, mediaType) =>
        new CapturingSink(capture, { call, side, ...(mediaType === undefined ? {} : { mediaType }) }, { blobs: store, randomBytes, secret, memory }),
      get healthy() {
        return chain.healthy;
      },
      close: async () => {
        refusals.stop();
        await store.close();
        await chain.close().finally(unlock);
      },
    };
  } catch (error) {
    await blobs?.close();
    unlock();
    throw error;
  }
}

function limited({ directory, limit, now }: JournalOptions, create: CreateLogFile): CreateLogFile {
  return limit === undefined ? create : new Space(directory, limit, now).within(create);
}

function makeFolders(directory: string): void {
  for (const folder of [directory, blobFolder(directory), keyFolder(directory)]) {
    try {
      makeFolder(folder);
    } catch (error) {
      throw faultOf('making', folder, error, 'unusable');
    }
  }
}
