import type { BlobReference, Draft, Position } from './draft.ts';

/** What the journal adds to every record. */
export interface Stamp extends Position {
  readonly v: 1;
  /** Leaf hash (hex) of the record before, across epochs; `GENESIS` in the very first. */
  readonly prev: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
}

/** First record of every epoch, written by the journal itself. */
export interface EpochContent {
  readonly kind: 'epoch';
  /** `start`: a process began to write. `recovery`: the same process left a file behind that it could not trust. */
  readonly cause: 'start' | 'recovery';
  /** The record that `prev` is the leaf hash of. */
  readonly after?: Position;
  /** Lines between `after` and this record were refused to their callers but could not be removed: they are void. */
  readonly abandoned?: boolean;
  /** Numbers, in epoch `after.epoch`, of records that were written, then refused because their sync failed: they are void. */
  readonly void?: readonly number[];
  /** Half a line found at the end of the epoch before, moved into this file. */
  readonly aside?: { readonly file: string; readonly bytes: number };
  /** RFC 7638 thumbprint of the public key to which blobs are sealed. */
  readonly key: string;
  /** Sealed secret of which the salts of payloads without a blob are made. */
  readonly secret: BlobReference;
}

/** Last record of an epoch that was closed in good order. */
export interface EndContent {
  readonly kind: 'end';
}

export type Content = Draft | EpochContent | EndContent;
export type LogRecord = Content & Stamp;
