import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import type { BlobReference } from '../../../src/core/evidence/draft.ts';
import type { FindingCode } from '../../../src/core/evidence/finding.ts';
import { leafHash } from '../../../src/core/evidence/leaf.ts';
import { MAX_LINE } from '../../../src/core/evidence/read-line.ts';
import { intentOf, outcomeOf } from '../../core/evidence/drafts.ts';
import { epochPath, linesOfEpoch, open, overwrite, packPath, recordsOf, sealedText, temporaryFolder } from './folder.ts';

/** A journal of two epochs, each with two calls, the first of them with a kept payload. */
async function journalOf(): Promise<string> {
  const directory = temporaryFolder();
  for (const epoch of ['a', 'b']) {
    const journal = await open(directory);
    await journal.append(intentOf(`${epoch}1`), 'synced');
    const sink = journal.payload({ payload: 'full', limit: 100, redact: [] }, `${epoch}1`, 'response');
    sink.write(Buffer.from('body'));
    await journal.append(outcomeOf(`${epoch}1`, { response: await sink.end() }), 'written');
    await journal.append(intentOf(`${epoch}2`), 'written');
    await journal.append(outcomeOf(`${epoch}2`), 'written');
    await journal.close();
  }
  return directory;
}

function editLines(directory: string, epoch: number, change: (lines: string[]) => void): void {
  const lines = linesOfEpoch(directory, epoch);
  change(lines);
  writeFileSync(epochPath(directory, epoch), lines.map((line) => `${line}\n`).join(''));
}

/** The blob that the outcome on line 3 of the first epoch names. */
function payloadBlob(directory: string): BlobReference | undefined {
  const record = recordsOf(directory)[2];
  return record?.kind === 'outcome' ? record.response?.blob : undefined;
}

describe('a journal folder', () => {
  test('as the journal left it is intact', async () => {
    const directory = await journalOf();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', epochs: 2, records: 12, calls: 4, blobs: 4, findings: [], last: { epoch: 2, seq: 5, leaf: leafHash(linesOfEpoch(directory, 2).at(-1) ?? '') } });
  });

  test.each<[string, (directory: string) => void, string, FindingCode[]]>([
    ['a byte flipped in a record', (directory) => editLines(directory, 1, (lines) => { lines[2] = lines[2]!.replace('completed', 'completee'); }), 'tampered', ['line-unreadable', 'record-altered']],
    ['a word changed for another', (directory) => editLines(directory, 1, (lines) => { lines[2] = lines[2]!.replace('192.0.2.1', '192.0.2.2'); }), 'tampered', ['record-altered']],
    ['a line deleted', (directory) => editLines(directory, 1, (lines) => lines.splice(3, 2)), 'tampered', ['records-missing']],
    ['the end of the first epoch cut', (directory) => editLines(directory, 1, (lines) => lines.splice(4)), 'tampered', ['records-missing']],
    ['the first epoch emptied', (directory) => truncateSync(epochPath(directory, 1)), 'tampered', ['records-missing']],
    ['a blob edited', (directory) => overwrite(directory, payloadBlob(directory), Buffer.from('A')), 'tampered', ['blob-altered']],
    ['a blob replaced by another', (directory) => overwrite(directory, payloadBlob(directory), Buffer.from(sealedText(directory, blobOfOpening(directory)))), 'tampered', ['blob-altered']],
    ['a newline within a line', (directory) => editLines(directory, 1, (lines) => { lines[1] = lines[1]!.replace(',', ',\n'); }), 'tampered', ['line-unreadable', 'line-unreadable']],
    ['bytes that are no UTF-8', (directory) => writeFileSync(epochPath(directory, 2), Buffer.concat([readFileSync(epochPath(directory, 2)), Buffer.from('ff0a', 'hex')])), 'tampered', ['line-unreadable']],
    ['a line of ten million bytes', (directory) => appendFileSync(epochPath(directory, 2), `${'x'.repeat(MAX_LINE + 2_000_000)}\n`), 'tampered', ['line-unreadable']],
    ['a blob erased', (directory) => overwrite(directory, payloadBlob(directory), Buffer.alloc(payloadBlob(directory)?.length ?? 0)), 'incomplete', ['blob-missing']],
    ['a pack of blobs removed', (directory) => rmSync(packPath(directory)), 'incomplete', ['blob-missing', 'blob-missing']],
    ['a pack of blobs cut', (directory) => truncateSync(packPath(directory), 1000), 'incomplete', ['blob-missing']],
    ['the first epoch removed', (directory) => rmSync(epochPath(directory, 1)), 'incomplete', ['epoch-missing']],
    ['half a line at the end', (directory) => appendFileSync(epochPath(directory, 2), '{"half'), 'incomplete', ['torn-tail']],
    ['no newline at the very end', (directory) => truncateSync(epochPath(directory, 2), readFileSync(epochPath(directory, 2)).length - 1), 'incomplete', ['torn-tail']],
  ])('with %s', async (_, change, verdict, codes) => {
    const directory = await journalOf();
    change(directory);
    const report = await verifyLog(directory);
    expect(report.findings.map(({ code }) => code).slice(0, codes.length)).toEqual(codes);
    expect(report.verdict).toBe(verdict);
  });

  test('whose very end was cut looks whole: the report says that it cannot know, and where the chain ends', async () => {
    const directory = await journalOf();
    const before = await verifyLog(directory);
    editLines(directory, 2, (lines) => lines.splice(3));
    const report = await verifyLog(directory);
    expect(report).toMatchObject({ verdict: 'intact', findings: [], last: { epoch: 2, seq: 2 } });
    expect(report.last).not.toEqual(before.last);
    expect(report.unknowable[0]).toContain('cut from the very end');
  });

  test('is read while it is written', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    for (let at = 0; at < 20; at += 1) {
      const [report] = await Promise.all([verifyLog(directory), journal.append(intentOf(`c${at}`), 'written')]);
      expect(report.verdict).toBe('intact');
    }
    await journal.close();
  });

  test.each([
    ['that is not there', () => '/nowhere/journal', 'reading /nowhere/journal failed (ENOENT)'],
    ['without a journal', temporaryFolder, 'found no epoch file'],
  ])('%s is said to be none', async (_, folder, message) => {
    await expect(verifyLog(folder())).rejects.toMatchObject({ code: 'unusable', message: expect.stringContaining(message) });
  });
});

function blobOfOpening(directory: string): BlobReference | undefined {
  const record = recordsOf(directory)[0];
  return record?.kind === 'epoch' ? record.secret : undefined;
}
