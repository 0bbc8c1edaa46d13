import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const EPOCH_NAME = /^epoch-([0-9]{8,15})\.jsonl$/;
const PACK_NAME = /^([0-9]{8,15})\.pack$/;

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

/** Number of the newest pack of blobs; 0 where there is none. Throws what the file system throws. */
export function lastPack(directory: string): number {
  return readdirSync(blobFolder(directory)).reduce((last, name) => Math.max(last, Number(PACK_NAME.exec(name)?.[1] ?? 0)), 0);
}

export function packName(number: number): string {
  return `${String(number).padStart(8, '0')}.pack`;
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
