import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../../core/evidence/draft.ts';
import { GENESIS, leafHash } from '../../core/evidence/leaf.ts';
import { readLine } from '../../core/evidence/read-line.ts';
import type { EpochContent } from '../../core/evidence/record.ts';
import { writeLine } from '../../core/evidence/write-line.ts';
import { JournalFault, faultOf } from './fault.ts';
import { epochName, listEpochs, tornName } from './layout.ts';
import type { CreateLogFile, LogFile } from './log-file.ts';
import { readAt, readEnd } from './read-end.ts';

/** Where the chain stands: the next record's number and the leaf hash of the record before it. */
export interface ChainHead {
  readonly epoch: number;
  readonly nextSeq: number;
  readonly leaf: string;
}

/** What an earlier writer left behind. */
export interface Predecessor {
  /** The highest epoch that has a file. */
  readonly epoch: number;
  /** The last record that can be read, if there is any. */
  readonly last?: { readonly position: Position; readonly leaf: string };
  readonly aside?: { readonly file: string; readonly bytes: number };
}

/** How the record that opens an epoch differs from one opening to the next. */
export type Opening = Pick<EpochContent, 'cause' | 'abandoned' | 'void' | 'aside' | 'key' | 'secret'>;

/** Finds the end of the chain in a folder, and moves aside what stands behind its last readable record. Throws JournalFault. */
export function findPredecessor(directory: string): Predecessor {
  let aside: Predecessor['aside'];
  const epochs = listEpochs(directory);
  const epoch = epochs.at(-1)?.epoch ?? 0;
  for (const { epoch: number, name } of epochs.toReversed()) {
    const path = join(directory, name);
    try {
      const { record, end, size } = lastRecord(path);
      if (end < size) aside ??= moveAside(path, directory, tornName(number), end, size);
      if (record !== undefined) return { epoch, last: record, ...(aside === undefined ? {} : { aside }) };
    } catch (error) {
      throw faultOf('reading', path, error, 'unusable');
    }
  }
  return { epoch, ...(aside === undefined ? {} : { aside }) };
}

/** Makes the next epoch's file with the record that opens it, synced. Throws JournalFault, and then leaves no file where it can. */
export function openEpoch(directory: string, epoch: number, last: Predecessor['last'], opening: Opening, now: number, create: CreateLogFile): { file: LogFile; head: ChainHead } {
  const path = join(directory, epochName(epoch));
  const content: EpochContent = { kind: 'epoch', ...opening, ...(last === undefined ? {} : { after: last.position }) };
  const line = writeLine(content, { v: 1, epoch, seq: 0, prev: last?.leaf ?? GENESIS, time: new Date(now).toISOString() });
  let file: LogFile | undefined;
  try {
    file = create(path);
    file.append(Buffer.from(`${line}\n`));
    file.syncNow();
    syncFolder(directory);
    return { file, head: { epoch, nextSeq: 1, leaf: leafHash(line) } };
  } catch (error) {
    if (file !== undefined) discard(file, path);
    throw faultOf('opening', path, error, 'unusable');
  }
}

function discard(file: LogFile, path: string): void {
  file.close();
  try {
    rmSync(path);
  } catch {
    // The next epoch takes a higher number, and its opening links past this file: a verifier reads it as what it is.
  }
}

interface LastRecord {
  readonly record: Predecessor['last'];
  /** Offset behind that record's line. */
  readonly end: number;
  readonly size: number;
}

/** A machine that lost power may leave whole lines of zeros as well as half a line: both stand behind the last readable record. */
function lastRecord(path: string): LastRecord {
  for (let count = 16; ; count *= 16) {
    const { lines, size } = readEnd(path, count);
    for (const { start, bytes } of lines.toReversed()) {
      const read = readLine(bytes);
      if (!read.ok) continue;
      return { record: { position: { epoch: read.record.epoch, seq: read.record.seq }, leaf: read.leaf }, end: start + bytes.length + 1, size };
    }
    if (lines.length < count) return { record: undefined, end: 0, size };
  }
}

function moveAside(path: string, directory: string, name: string, from: number, size: number): { file: string; bytes: number } {
  const source = openSync(path, 'r+');
  try {
    const bytes = readAt(source, from, size - from);
    const file = keep(directory, name, bytes);
    ftruncateSync(source, from);
    fdatasyncSync(source);
    return { file, bytes: bytes.length };
  } finally {
    closeSync(source);
  }
}

/** Writes and syncs the bytes under the name, or the name with the next free number. */
function keep(directory: string, name: string, bytes: Uint8Array): string {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const file = attempt === 0 ? name : `${name}.${attempt}`;
    try {
      const target = openSync(join(directory, file), 'wx', 0o600);
      for (let at = 0; at < bytes.length;) at += writeSync(target, bytes, at);
      fdatasyncSync(target);
      closeSync(target);
      return file;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  throw new JournalFault('unusable', `expected a free name for ${name}, found 1000 taken`);
}

/** A new file's name is on disk only once its folder is. */
function syncFolder(directory: string): void {
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
