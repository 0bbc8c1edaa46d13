import { hash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { LogReport } from '../../core/evidence/finding.ts';
import { readLine } from '../../core/evidence/read-line.ts';
import { LogVerifier } from '../../core/evidence/verify.ts';
import type { EpochFile } from '../../core/evidence/verify.ts';
import { JournalFault, faultOf } from './fault.ts';
import { listEpochs } from './layout.ts';
import { LineReader } from './line-reader.ts';
import { BlobReader } from './read-blob.ts';

/** How long half a line of a log that is being written gets to become whole. */
const GRACE = 50;

/** Checks a journal folder, with the blobs that its records name. Rejects with JournalFault if it cannot be read at all. */
export async function verifyLog(directory: string): Promise<LogReport> {
  const files = listFiles(directory);
  if (files.length === 0) throw new JournalFault('unusable', `expected a journal in ${directory}, found no epoch file`);
  const verifier = new LogVerifier(files);
  using blobs = new BlobReader(directory);
  for (const [index, { file }] of files.entries()) {
    verifier.begin(index);
    await verifyFile(join(directory, file), verifier, blobs);
  }
  return verifier.finish();
}

function listFiles(directory: string): EpochFile[] {
  try {
    return listEpochs(directory).map(({ epoch, name }) => {
      const opening = readOpening(join(directory, name));
      return opening === undefined ? { epoch, file: name } : { epoch, file: name, opening };
    });
  } catch (error) {
    throw faultOf('reading', directory, error, 'unusable');
  }
}

function readOpening(path: string): EpochFile['opening'] {
  using reader = new LineReader(path);
  const first = reader.next()?.[0];
  const read = first === undefined ? undefined : readLine(first);
  return read?.ok && read.record.kind === 'epoch' ? read.record : undefined;
}

async function verifyFile(path: string, verifier: LogVerifier, blobs: BlobReader): Promise<void> {
  using reader = new LineReader(path);
  for (let lines = reader.next(); lines !== undefined; lines = reader.next() ?? (await onceMore(reader))) {
    for (const line of lines) {
      for (const use of verifier.line(line)) verifier.blob(use, digestOf(blobs.read(use.blob)));
    }
  }
  verifier.end(reader.torn);
}

async function onceMore(reader: LineReader): Promise<Buffer[] | undefined> {
  if (reader.torn === 0) return undefined;
  await wait(GRACE);
  return reader.next();
}

function digestOf(sealed: Uint8Array | undefined): string | undefined {
  return sealed === undefined ? undefined : hash('sha256', sealed, 'hex');
}
