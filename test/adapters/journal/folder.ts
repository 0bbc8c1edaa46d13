import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournal } from '../../../src/adapters/journal/journal.ts';
import type { Journal, JournalOptions } from '../../../src/adapters/journal/journal.ts';
import type { LogRecord } from '../../../src/core/evidence/record.ts';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

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

/** Paths of all blobs. */
export function blobsOf(directory: string): string[] {
  return readdirSync(join(directory, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
