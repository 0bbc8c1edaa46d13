import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobReference } from '../../core/evidence/draft.ts';
import { faultOf } from './fault.ts';
import { blobFolder, packName } from './layout.ts';
import { readAt } from './read-end.ts';

/** Longer than any blob of the writer's: a forged record must not make a reader take whatever length it names. */
const MAX_SEALED = 64 * 1024 * 1024;

/** Reads blobs out of a journal's packs; keeps the last pack open, as records follow each other through it. */
export class BlobReader {
  readonly #directory: string;
  #open: { readonly pack: number; readonly descriptor: number } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The sealed text; undefined where there is none: no such pack, its end is cut, or zeros stand there, as an erasure leaves them. */
  read({ pack, offset, length }: BlobReference): Buffer | undefined {
    if (pack < 1 || offset < 0 || length < 1 || length > MAX_SEALED || !Number.isSafeInteger(offset)) return undefined;
    const path = join(blobFolder(this.#directory), packName(pack));
    try {
      const bytes = readAt(this.#descriptor(pack, path), offset, length);
      return bytes.length < length || bytes.every((byte) => byte === 0) ? undefined : bytes;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw faultOf('reading', path, error, 'unusable');
    }
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.descriptor);
    this.#open = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #descriptor(pack: number, path: string): number {
    if (this.#open?.pack !== pack) {
      this.close();
      this.#open = { pack, descriptor: openSync(path, 'r') };
    }
    return this.#open.descriptor;
  }
}
