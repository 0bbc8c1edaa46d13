import canonicalize from 'canonicalize';
import { leafHash } from '../../src/core/evidence/leaf.ts';
import { readLine } from '../../src/core/evidence/read-line.ts';
import { intentOf, linesOf, noticeOf, openingOf, outcomeOf } from '../core/evidence/drafts.ts';

export const name = 'record-line';

export const seeds: Uint8Array[] = linesOf([
  openingOf({ after: { epoch: 1, seq: 2 }, void: [1, 2], aside: { file: 'epoch-00000001.torn', bytes: 7 } }),
  intentOf('c1', { wouldBe: { kind: 'deny', reason: 'host-not-listed', sentence: 'no' } }),
  outcomeOf('c1', { response: { bytes: 3, captured: 3, truncated: false, blob: { pack: 1, offset: 301, length: 90, digest: 'b'.repeat(64) } } }),
  noticeOf('proxy-started'),
  { kind: 'end' },
]).map((line) => Buffer.from(line));

/** What is read is the one spelling of one record; its leaf hash is that of the bytes. */
export function target(bytes: Uint8Array): void {
  const read = readLine(bytes);
  if (!read.ok) return;
  const line = Buffer.from(bytes).toString('utf8');
  if (canonicalize(read.record) !== line) throw new Error('accepted a spelling that is not canonical');
  if (read.leaf !== leafHash(line)) throw new Error('gave another leaf hash than that of the line');
}
