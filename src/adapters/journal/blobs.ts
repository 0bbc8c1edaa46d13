import { hash } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BlobReference } from '../../core/evidence/draft.ts';
import { JournalFault, faultOf } from './fault.ts';
import { blobPath } from './layout.ts';
import { makeFolder } from './make-folder.ts';
import type { Seal } from './seal.ts';

/** Seals plaintexts into files beside the log. */
export class BlobStore {
  readonly #directory: string;
  readonly #seal: Seal;
  readonly #randomBytes: (size: number) => Uint8Array;

  constructor(directory: string, seal: Seal, randomBytes: (size: number) => Uint8Array) {
    this.#directory = directory;
    this.#seal = seal;
    this.#randomBytes = randomBytes;
  }

  /** Written (0600), not synced. Throws JournalFault, and then leaves no file. */
  put(plaintext: Uint8Array): BlobReference {
    const id = Buffer.from(this.#randomBytes(16)).toString('hex');
    const path = blobPath(this.#directory, id);
    if (path === undefined) throw new JournalFault('unusable', `expected 16 random bytes, got ${id.length / 2}`);
    const sealed = Buffer.from(this.#seal(plaintext), 'ascii');
    try {
      write(path, sealed);
    } catch (error) {
      rmSync(path, { force: true });
      throw faultOf('writing', path, error, 'write-failed');
    }
    return { id, digest: hash('sha256', sealed, 'hex') };
  }
}

/** The sealed text of a blob; undefined if there is no such file. Throws JournalFault if it cannot be read. */
export function readBlob(directory: string, id: string): Buffer | undefined {
  const path = blobPath(directory, id);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw faultOf('reading', path, error, 'unusable');
  }
}

function write(path: string, sealed: Uint8Array): void {
  const descriptor = create(path);
  try {
    for (let at = 0; at < sealed.length;) at += writeSync(descriptor, sealed, at);
  } finally {
    closeSync(descriptor);
  }
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    makeFolder(dirname(path));
    return openSync(path, 'wx', 0o600);
  }
}
