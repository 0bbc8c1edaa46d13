import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const EPOCH_NAME = /^epoch-([0-9]{8,15})\.jsonl$/;
const BLOB_ID = /^[0-9a-f]{32}$/;

export interface EpochName {
  readonly epoch: number;
  readonly name: string;
}

/** The epochs of a journal folder, oldest first. Throws what the file system throws. */
export function listEpochs(directory: string): EpochName[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const digits = EPOCH_NAME.exec(name)?.[1];
      return digits === undefined ? [] : [{ epoch: Number(digits), name }];
    })
    .sort((a, b) => a.epoch - b.epoch);
}

export function epochName(epoch: number): string {
  return `epoch-${String(epoch).padStart(8, '0')}.jsonl`;
}

export function tornName(epoch: number): string {
  return `epoch-${String(epoch).padStart(8, '0')}.torn`;
}

/** Undefined for an id that the journal cannot have made: ids are read out of records, and must not lead out of the folder. */
export function blobPath(directory: string, id: string): string | undefined {
  return BLOB_ID.test(id) ? join(blobFolder(directory), id.slice(0, 2), `${id}.jwe`) : undefined;
}

export function blobFolder(directory: string): string {
  return join(directory, 'blobs');
}

export function keyFolder(directory: string): string {
  return join(directory, 'keys');
}

export function lockPath(directory: string): string {
  return join(directory, 'writer.lock');
}
