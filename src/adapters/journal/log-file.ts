import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { JournalFault } from './fault.ts';

/** One file that only grows at its end, and can be cut back to a size it had. */
export interface LogFile {
  readonly path: string;
  /** Bytes written whole. */
  readonly size: number;
  /** Appends all of it or throws; what was written of it before the throw stands behind `size` until it is cut. */
  append(bytes: Uint8Array): void;
  /** Removes what stands behind `size`. */
  cut(): void;
  sync(): Promise<void>;
  syncNow(): void;
  /** At once, or when the sync under way has ended: a closed descriptor's number is given to other files. */
  close(): void;
}

export type CreateLogFile = (path: string) => LogFile;

/**
 * Makes a new file (0600) that must not exist yet.
 *
 * Written with the blocking call: into the page cache it takes 1 us of CPU, through the thread pool 18, and a record must have
 * been written before its call goes on anyway. Syncs take as long as the disk and go through the pool.
 */
export const createLogFile: CreateLogFile = (path) => {
  const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
  return new DescriptorFile(path, openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600));
};

/** A LogFile over an open descriptor. A write counts only if the file then still stands under its path. */
export class DescriptorFile implements LogFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #device: number;
  readonly #inode: number;
  #size = 0;
  #syncing = false;
  #closed = false;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
    ({ dev: this.#device, ino: this.#inode } = fstatSync(descriptor));
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    // A short write tells nothing; writing the rest gives the error, or succeeds.
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#requirePlace();
    this.#size += bytes.length;
  }

  cut(): void {
    ftruncateSync(this.#descriptor, this.#size);
    this.#requirePlace();
  }

  sync(): Promise<void> {
    this.#syncing = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    fdatasync(this.#descriptor, (error) => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#descriptor);
      if (error) reject(error);
      else resolve();
    });
    return promise.then(() => this.#requirePlace());
  }

  syncNow(): void {
    fdatasyncSync(this.#descriptor);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#descriptor);
  }

  /**
   * A file that was removed or moved away takes writes, and nobody who reads the journal sees them. Asked after each write and
   * not before, as it may go in between; by path, as a file in a folder that was moved away still has a name. It takes 0.6 us.
   */
  #requirePlace(): void {
    if (this.#closed) return;
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found?.ino === this.#inode && found.dev === this.#device) return;
    throw new JournalFault('write-failed', `${this.path} was removed, moved or replaced while it was written`);
  }
}
