import { hash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { BlobReference } from '../../core/evidence/draft.ts';
import { JournalFault, faultOf } from './fault.ts';
import { blobFolder, lastPack, packName } from './layout.ts';
import type { CreateLogFile, LogFile } from './log-file.ts';
import type { Seal } from './seal.ts';

/** Bytes after which a new pack begins, so that old payloads can be removed in lumps. */
export const PACK_SIZE = 64 * 1024 * 1024;

/** How long a blob may wait for others, in milliseconds, and how many bytes of them may. */
const SOON = 5;
const MAX_WAITING = 1024 * 1024;

interface Waiting {
  readonly plaintext: Uint8Array;
  readonly resolve: (blob: BlobReference) => void;
  readonly reject: (fault: JournalFault) => void;
}

/**
 * Seals plaintexts and appends them to packs beside the log, one sealed text a line. Each start of a writer begins a pack of its
 * own, so whatever a crash left at the end of the last one stays behind where no record points.
 *
 * What comes within a few milliseconds is sealed in one go and written by one write(2): a file for each blob cost more than all the
 * rest of a call, and sealing one by one, between other work, twice what it costs in a row.
 */
export class BlobStore {
  readonly #directory: string;
  readonly #seal: Seal;
  readonly #create: CreateLogFile;
  #pack: { readonly number: number; readonly file: LogFile } | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #flush: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(directory: string, seal: Seal, create: CreateLogFile) {
    this.#directory = directory;
    this.#seal = seal;
    this.#create = create;
  }

  /** Resolves once it is written (0600), not synced; only then may a record name it. Rejects with JournalFault. */
  put(plaintext: Uint8Array): Promise<BlobReference> {
    if (this.#closed) return Promise.reject(new JournalFault('closed', 'the journal is closed: nothing more can be kept'));
    this.#waitingBytes += plaintext.length;
    this.#flush ??= setTimeout(() => this.flush(), SOON);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plaintext, resolve, reject });
      if (this.#waitingBytes >= MAX_WAITING) this.flush();
    });
  }

  /** Seals and writes what waits, now. */
  flush(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    this.#waitingBytes = 0;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    try {
      this.#write(waiting);
    } catch (error) {
      const fault = faultOf('writing in', blobFolder(this.#directory), error, 'write-failed');
      this.#mend();
      for (const { reject } of waiting) reject(fault);
    }
  }

  /** Writes what waits, and gives those who waited a turn to name it in a record. */
  async close(): Promise<void> {
    this.flush();
    this.#closed = true;
    this.#leave();
    await turn();
  }

  #write(waiting: readonly Waiting[]): void {
    const { number: pack, file } = this.#open();
    let offset = file.size;
    let lines = '';
    const blobs = waiting.map(({ plaintext }) => {
      const sealed = this.#seal(plaintext);
      const blob = { pack, offset, length: sealed.length, digest: hash('sha256', sealed, 'hex') };
      lines += `${sealed}\n`;
      offset += sealed.length + 1;
      return blob;
    });
    file.append(Buffer.from(lines, 'latin1'));
    for (const [index, blob] of blobs.entries()) waiting[index]?.resolve(blob);
  }

  #open(): { readonly number: number; readonly file: LogFile } {
    if (this.#pack !== undefined && this.#pack.file.size >= PACK_SIZE) this.#leave();
    if (this.#pack === undefined) {
      const number = lastPack(this.#directory) + 1;
      this.#pack = { number, file: this.#create(join(blobFolder(this.#directory), packName(number))) };
    }
    return this.#pack;
  }

  /** What a failed write left behind is cut off; where that fails as well, the next blobs go to a pack of their own. */
  #mend(): void {
    try {
      this.#pack?.file.cut();
    } catch {
      this.#leave();
    }
  }

  #leave(): void {
    this.#pack?.file.close();
    this.#pack = undefined;
  }
}
