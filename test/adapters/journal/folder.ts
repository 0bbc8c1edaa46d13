import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../../src/adapters/journal/journal.ts';
import type { Journal, JournalOptions } from '../../../src/adapters/journal/journal.ts';
import type { BlobReference } from '../../../src/core/evidence/draft.ts';
import type { LogRecord } from '../../../src/core/evidence/record.ts';

export { temporaryFolder } from '../../fakes/temporary-folder.ts';

export function open(directory: string, change: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({ directory, now: Date.now, randomBytes, ...change });
}

/** The whole lines of an epoch's file. */
export function linesOfEpoch(directory: string, epoch = 1): string[] {
  return readFileSync(epochPath(directory, epoch), 'utf8').split('\n').slice(0, -1);
}

export function recordsOf(directory: string, epoch = 1): LogRecord[] {
  return linesOfEpoch(directory, epoch).map((line) => JSON.parse(line) as LogRecord);
}

export function epochPath(directory: string, epoch = 1): string {
  return join(directory, `epoch-${String(epoch).padStart(8, '0')}.jsonl`);
}

export function packPath(directory: string, pack = 1): string {
  return join(directory, 'blobs', `${String(pack).padStart(8, '0')}.pack`);
}

export function packsOf(directory: string): string[] {
  return readdirSync(join(directory, 'blobs')).sort();
}

/** The sealed text of a blob. */
export function sealedText(directory: string, blob: BlobReference | undefined): string {
  if (blob === undefined) throw new Error('expected a blob');
  return readFileSync(packPath(directory, blob.pack)).toString('latin1', blob.offset, blob.offset + blob.length);
}

/** Writes bytes over those of a blob, where it lies. */
export function overwrite(directory: string, blob: BlobReference | undefined, bytes: Uint8Array): void {
  if (blob === undefined) throw new Error('expected a blob');
  const descriptor = openSync(packPath(directory, blob.pack), 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, blob.offset);
  closeSync(descriptor);
}
