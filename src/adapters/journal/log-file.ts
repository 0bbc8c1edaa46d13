import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
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

/** After how many appends it is asked whether the file still has a name: a removed file takes writes and keeps none of them. */
const LINK_CHECK = 64;

/** A LogFile over an open descriptor. */
export class DescriptorFile implements LogFile {
  readonly path: string;
  readonly #descriptor: number;
  #size = 0;
  #appends = 0;
  #syncing = false;
  #closed = false;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    this.#appends += 1;
    if (this.#appends % LINK_CHECK === 0) this.#requireName();
    // A short write tells nothing; writing the rest gives the error, or succeeds.
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#size += bytes.length;
  }

  cut(): void {
    this.#requireName();
    ftruncateSync(this.#descriptor, this.#size);
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
    return promise.then(() => this.#requireName());
  }

  syncNow(): void {
    fdatasyncSync(this.#descriptor);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#descriptor);
  }

  #requireName(): void {
    if (!this.#closed && fstatSync(this.#descriptor).nlink === 0) throw new JournalFault('write-failed', `${this.path} was removed while it was written`);
  }
}
