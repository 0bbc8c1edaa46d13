import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JournalFault } from './fault.ts';
import { blobFolder, keyFolder } from './layout.ts';
import type { CreateLogFile, LogFile } from './log-file.ts';

/** As stat(2) counts `st_blocks`. */
const BLOCK = 512;

/** After how many bytes of growth it is measured what they take: a file system may set more aside for a file that grows. */
const MEASURE_AFTER = 16 * 1024 * 1024;

/** How often, in milliseconds, it is measured whether somebody made room. */
const RETRY = 1000;

/**
 * Keeps the files of a journal below a bound: what goes over it is refused as if the disk were full.
 *
 * Where a bound is enforced from outside by ending the writer, as the kubelet does with a pod whose volume has grown too large,
 * one of our own below it makes of that end what a full disk is: no record, so no call.
 */
export class Space {
  readonly #directory: string;
  readonly #limit: number;
  readonly #now: () => number;
  #used = 0;
  #grown = Number.POSITIVE_INFINITY;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** `limit` in bytes on disk. */
  constructor(directory: string, limit: number, now: () => number) {
    this.#directory = directory;
    this.#limit = limit;
    this.#now = now;
  }

  /** The same files, of which each append takes its bytes from this space first. */
  within(create: CreateLogFile): CreateLogFile {
    return (path) => new FileWithin(create(path), (bytes) => { this.#take(bytes); });
  }

  /** Throws JournalFault `full`, and what the file system throws. */
  #take(bytes: number): void {
    if (this.#grown > MEASURE_AFTER || (this.#isOver(bytes) && this.#now() - this.#measuredAt >= RETRY)) this.#measure();
    if (this.#isOver(bytes)) {
      throw new JournalFault('full', `${this.#directory} has reached its limit of ${this.#limit} bytes: raise the limit, or copy its oldest packs and epochs out and remove them`);
    }
    this.#used += bytes;
    this.#grown += bytes;
  }

  #isOver(bytes: number): boolean {
    return this.#used + bytes > this.#limit;
  }

  #measure(): void {
    this.#used = [this.#directory, blobFolder(this.#directory), keyFolder(this.#directory)].reduce((sum, folder) => sum + takenIn(folder), 0);
    this.#grown = 0;
    this.#measuredAt = this.#now();
  }
}

/** In blocks and not in bytes: a payload that was erased by freeing its blocks takes none. */
function takenIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK, 0);
}

class FileWithin implements LogFile {
  readonly path: string;
  readonly #file: LogFile;
  readonly #take: (bytes: number) => void;

  constructor(file: LogFile, take: (bytes: number) => void) {
    this.path = file.path;
    this.#file = file;
    this.#take = take;
  }

  get size(): number {
    return this.#file.size;
  }

  append(bytes: Uint8Array): void {
    this.#take(bytes.length);
    this.#file.append(bytes);
  }

  cut(): void {
    this.#file.cut();
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  syncNow(): void {
    this.#file.syncNow();
  }

  close(): void {
    this.#file.close();
  }
}
