import { describe, expect, test } from 'vitest';
import type { FindingCode, LogReport } from '../../../src/core/evidence/finding.ts';
import { MAX_FINDINGS } from '../../../src/core/evidence/finding.ts';
import { GENESIS, leafHash } from '../../../src/core/evidence/leaf.ts';
import { readLine } from '../../../src/core/evidence/read-line.ts';
import type { Content, EpochContent } from '../../../src/core/evidence/record.ts';
import { LogVerifier } from '../../../src/core/evidence/verify.ts';
import type { EpochFile } from '../../../src/core/evidence/verify.ts';
import { END, intentOf, linesOf, noticeOf, openingOf, outcomeOf } from './drafts.ts';

interface FileOfLines {
  readonly epoch: number;
  readonly lines: readonly string[];
  readonly torn?: number;
}

const WHOLE: readonly Content[] = [
  openingOf(), noticeOf('proxy-started'),
  intentOf('c1'), outcomeOf('c1'),
  intentOf('c2', { decision: 'deny', reason: 'host-not-listed' }),
  intentOf('c3'), intentOf('c4'), outcomeOf('c4'), outcomeOf('c3'),
  noticeOf('proxy-stopped'), END,
];

function verify(files: readonly FileOfLines[], blobs: (offset: number) => string | undefined = () => 'b'.repeat(64)): LogReport {
  const verifier = new LogVerifier(files.map(fileOf));
  for (const [index, { lines, torn }] of files.entries()) {
    verifier.begin(index);
    for (const line of lines) {
      for (const use of verifier.line(Buffer.from(line))) verifier.blob(use, blobs(use.blob.offset));
    }
    verifier.end(torn ?? 0);
  }
  return verifier.finish();
}

function fileOf({ epoch, lines }: FileOfLines): EpochFile {
  const read = readLine(Buffer.from(lines[0] ?? ''));
  return { epoch, file: `e${epoch}`, ...(read.ok && read.record.kind === 'epoch' ? { opening: read.record } : {}) };
}

/** A second epoch behind the given lines of the first. */
function after(lines: readonly string[], opening: Partial<EpochContent>, rest: readonly Content[] = [], epoch = 2): FileOfLines {
  const position = { epoch: epoch - 1, seq: lines.length - 1 };
  return { epoch, lines: linesOf([openingOf({ after: position, ...opening }), ...rest], { epoch, prev: leafHash(lines.at(-1) ?? '') }) };
}

function found(report: LogReport): string[] {
  return report.findings.map(({ code, file, line }) => `${code} ${file}:${line}`);
}

function edited(change: (lines: string[]) => void): LogReport {
  const lines = linesOf(WHOLE);
  change(lines);
  return verify([{ epoch: 1, lines }]);
}

describe('a log as the journal wrote it', () => {
  test('is intact, and its end is told', () => {
    const lines = linesOf(WHOLE);
    const report = verify([{ epoch: 1, lines }]);
    expect(report).toMatchObject({ verdict: 'intact', epochs: 1, records: 11, calls: 4, blobs: 1, running: 0, findings: [] });
    expect(report.last).toEqual({ epoch: 1, seq: 10, leaf: leafHash(lines.at(-1) ?? '') });
  });

  test('is intact across restarts', () => {
    const first = linesOf(WHOLE);
    const second = after(first, {}, [intentOf('d1'), outcomeOf('d1'), END]);
    const third = after(second.lines, {}, [noticeOf('proxy-started')], 3);
    expect(verify([{ epoch: 1, lines: first }, second, third])).toMatchObject({ verdict: 'intact', epochs: 3, findings: [] });
  });

  test('is intact with calls that still run at its very end', () => {
    expect(verify([{ epoch: 1, lines: linesOf([openingOf(), intentOf('c1'), intentOf('c2'), outcomeOf('c1')]) }])).toMatchObject({ verdict: 'intact', running: 1 });
  });

  test('is intact where an epoch was made and nothing written to it', () => {
    const first = linesOf(WHOLE);
    const third = { epoch: 3, lines: linesOf([openingOf({ after: { epoch: 1, seq: first.length - 1 } })], { epoch: 3, prev: leafHash(first.at(-1) ?? '') }) };
    expect(verify([{ epoch: 1, lines: first }, { epoch: 2, lines: [] }, third])).toMatchObject({ verdict: 'intact', findings: [] });
  });

  test('pairs a call whose file had to be left between its intent and its outcome', () => {
    const first = linesOf([openingOf(), intentOf('c1')]);
    expect(verify([{ epoch: 1, lines: first }, after(first, { cause: 'recovery' }, [outcomeOf('c1'), END])])).toMatchObject({ verdict: 'intact', findings: [] });
  });

  test('always says what it cannot know', () => {
    expect(edited(() => undefined).unknowable).toHaveLength(3);
  });
});

describe('tampering within a file has a name and a place', () => {
  test.each<[string, (lines: string[]) => void, string[]]>([
    ['a text changed', (lines) => { lines[4] = lines[4]!.replace('GET is allowed', 'GET is allowee'); }, ['record-altered e1:5']],
    ['a decision turned round', (lines) => { lines[4] = lines[4]!.replace('"decision":"deny"', '"decision":"hold"'); }, ['record-altered e1:5']],
    ['a number changed', (lines) => { lines[3] = lines[3]!.replace('"status":200', '"status":201'); }, ['record-altered e1:4']],
    ['a name changed', (lines) => { lines[3] = lines[3]!.replace('"status"', '"statut"'); }, ['line-unreadable e1:4', 'record-altered e1:4']],
    ['a structural byte changed', (lines) => { lines[3] = lines[3]!.replace('{"call"', '["call"'); }, ['line-unreadable e1:4', 'record-altered e1:4']],
    ['white space added', (lines) => { lines[3] = `${lines[3]} `; }, ['line-unreadable e1:4', 'record-altered e1:4']],
    ['its own prev changed', (lines) => { lines[3] = lines[3]!.replace(/"prev":"./, '"prev":"_').replace('"_', '"0'); }, ['record-altered e1:3', 'record-altered e1:4']],
    ['its time changed', (lines) => { lines[3] = lines[3]!.replace('03:04', '03:05'); }, ['record-altered e1:4']],
    ['its epoch changed', (lines) => { lines[3] = lines[3]!.replace('"epoch":1', '"epoch":2'); }, ['wrong-epoch e1:4', 'record-altered e1:4']],
    ['a line deleted', (lines) => { lines.splice(1, 1); }, ['records-missing e1:2']],
    ['two lines deleted', (lines) => { lines.splice(2, 2); }, ['records-missing e1:3']],
    ['two lines swapped', (lines) => { lines.splice(1, 2, lines[2]!, lines[1]!); }, ['records-missing e1:2', 'record-repeated e1:3', 'record-altered e1:3']],
    ['a line repeated', (lines) => { lines.splice(2, 0, lines[1]!); }, ['record-repeated e1:3']],
    ['a line inserted with a number of its own', (lines) => { lines.splice(2, 0, linesOf([openingOf(), noticeOf('x'), noticeOf('forged')])[2]!); }, ['record-altered e1:2', 'record-repeated e1:4']],
    ['an empty line inserted', (lines) => { lines.splice(2, 0, ''); }, ['line-unreadable e1:3', 'record-repeated e1:4']],
    ['a record added behind the end', (lines) => { lines.push(linesOf([...WHOLE, noticeOf('more')]).at(-1)!); }, ['after-end e1:12']],
    ['the opening deleted', (lines) => { lines.shift(); }, ['epoch-unopened e1:1', 'records-missing e1:1']],
    ['a second opening', (lines) => { lines.splice(1, Infinity, linesOf([openingOf(), openingOf()])[1]!); }, ['epoch-reopened e1:2']],
    ['another beginning', (lines) => { lines[0] = lines[0]!.replace(GENESIS, 'c'.repeat(64)); }, ['record-altered e1:1', 'record-altered e1:1']],
  ])('%s', (_, change, expected) => {
    const report = edited(change);
    expect(found(report).slice(0, expected.length)).toEqual(expected);
    expect(report.verdict).toBe('tampered');
  });

  test('every byte of every line but the last is guarded', () => {
    const lines = linesOf(WHOLE.slice(0, 5));
    for (const [number, line] of lines.slice(0, -1).entries()) {
      for (let at = 0; at < line.length; at += 3) {
        const bytes = Buffer.from(line);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        const report = verify([{ epoch: 1, lines: lines.with(number, bytes.toString('latin1')) }]);
        expect(report.verdict, `line ${number + 1}, byte ${at}`).toBe('tampered');
      }
    }
  });

  test('of a changed record it says what was expected', () => {
    const before = linesOf(WHOLE);
    const { findings } = edited((lines) => { lines[3] = lines[3]!.replace('"status":200', '"status":201'); });
    expect(findings[0]?.sentence).toContain(`expected leaf hash ${leafHash(before[3]!)}, which the next record (e1:5) points to, got `);
  });

  test('of missing records it says how many', () => {
    expect(edited((lines) => { lines.splice(2, 2); }).findings[0]?.sentence).toBe('expected seq 2, got 4: 2 missing');
  });

  test('a thousand findings are counted and the first few kept', () => {
    const report = verify([{ epoch: 1, lines: Array.from({ length: 1000 }, () => 'x') }]);
    expect(report.findings).toHaveLength(MAX_FINDINGS);
    expect(report.moreFindings).toBe(1000 - MAX_FINDINGS);
  });
});

describe('tampering between files', () => {
  const first = linesOf(WHOLE);

  test('the end of an epoch cut off shows in the next', () => {
    const report = verify([{ epoch: 1, lines: first.slice(0, -2) }, after(first, {})]);
    expect(found(report)).toEqual(['records-missing e1:9']);
    expect(report.findings[0]?.sentence).toBe('expected the log to reach epoch 1, seq 10, behind which epoch 2 was opened, got epoch 1, seq 8');
  });

  test('the last record of an epoch changed shows in the next', () => {
    const lines = [...first.slice(0, -1), first.at(-1)!.replace('03:04', '03:05')];
    expect(found(verify([{ epoch: 1, lines }, after(first, {})]))).toEqual(['record-altered e1:11']);
  });

  test('records added to an epoch that was already continued are no part of the log', () => {
    const longer = linesOf([...WHOLE.slice(0, -1), noticeOf('forged'), END]);
    const report = verify([{ epoch: 1, lines: longer }, after(linesOf(WHOLE.slice(0, -1)), {})]);
    expect(found(report)).toEqual(['unlinked-lines e1:11']);
    expect(report.verdict).toBe('tampered');
  });

  test('an epoch emptied shows in the next', () => {
    const second = after(first, {}, [END]);
    expect(found(verify([{ epoch: 1, lines: first }, { epoch: 2, lines: [] }, after(second.lines, {}, [], 3)]))).toEqual(['records-missing e1:11']);
  });

  test('two epochs with their names swapped', () => {
    const second = after(first, {}, [END]);
    expect(verify([{ epoch: 1, lines: second.lines }, { epoch: 2, lines: first }]).verdict).toBe('tampered');
  });
});

describe('what is not all there is incomplete, not tampered', () => {
  const first = linesOf(WHOLE);
  const second = after(first, {}, [intentOf('d1'), outcomeOf('d1'), END]);
  const third = after(second.lines, {}, [END], 3);

  test.each<[string, FileOfLines[], string[]]>([
    ['a permitted call of an ended epoch has no outcome', [{ epoch: 1, lines: linesOf([openingOf(), intentOf('c1'), END]) }], ['outcome-missing e1:2']],
    ['a permitted call before a restart has no outcome', [{ epoch: 1, lines: linesOf([openingOf(), intentOf('c1')]) }, after(linesOf([openingOf(), intentOf('c1')]), {})], ['outcome-missing e1:2']],
    ['an outcome has no intent', [{ epoch: 1, lines: linesOf([openingOf(), outcomeOf('c9'), END]) }], ['intent-missing e1:2']],
    ['a refused call has an outcome', [{ epoch: 1, lines: linesOf([openingOf(), intentOf('c1', { decision: 'deny' }), outcomeOf('c1'), END]) }], ['intent-missing e1:3']],
    ['the first epoch is gone', [second, third], ['epoch-missing e2:0']],
    ['an epoch in the middle is gone', [{ epoch: 1, lines: first }, third], ['epoch-missing e3:0']],
    ['the last line is torn', [{ epoch: 1, lines: first, torn: 17 }], ['torn-tail e1:12']],
    ['a record is of a later format', [{ epoch: 1, lines: [first[0]!, first[1]!.replace('"v":1', '"v":2')] }], ['version-unknown e1:2']],
  ])('%s', (_, files, expected) => {
    const report = verify(files);
    expect(found(report)).toEqual(expected);
    expect(report.verdict).toBe('incomplete');
  });

  test('two missing epochs are named', () => {
    expect(verify([third]).findings[0]?.sentence).toBe('expected epochs 1 to 2 before this one, found no file');
  });

  test('tampering weighs more than what is missing', () => {
    expect(verify([{ epoch: 1, lines: [...linesOf([openingOf(), outcomeOf('c1')]), 'x'], torn: 3 }]).verdict).toBe('tampered');
  });
});

describe('blobs', () => {
  const facts = { bytes: 3, captured: 3, truncated: false, blob: { pack: 1, offset: 301, length: 90, digest: 'd'.repeat(64) } };
  const files = [{ epoch: 1, lines: linesOf([openingOf(), intentOf('c1'), outcomeOf('c1', { response: facts }), END]) }];

  test.each<[string, string | undefined, FindingCode[]]>([
    ['is as it was', 'd'.repeat(64), []],
    ['is missing', undefined, ['blob-missing']],
    ['was altered', 'e'.repeat(64), ['blob-altered']],
  ])('one that %s', (_, digest, expected) => {
    const report = verify(files, (offset) => (offset === facts.blob.offset ? digest : 'b'.repeat(64)));
    expect(report.findings.map(({ code }) => code)).toEqual(expected);
    expect(report.findings.map(({ line }) => line)).toEqual(expected.map(() => 3));
  });
});

describe('what was refused although it stands in a file is void, and declared so', () => {
  test('records behind the one that the next epoch follows', () => {
    const first = [...linesOf([openingOf(), intentOf('c1'), outcomeOf('c1'), intentOf('c2')]), 'no record'];
    const report = verify([{ epoch: 1, lines: first, torn: 9 }, after(first.slice(0, 3), { cause: 'recovery', abandoned: true }, [END])]);
    expect(report).toMatchObject({ verdict: 'intact', void: 2, calls: 1, findings: [] });
  });

  test('records whose sync failed', () => {
    const first = linesOf([openingOf(), intentOf('c1'), outcomeOf('c1'), intentOf('c2')]);
    const report = verify([{ epoch: 1, lines: first }, after(first, { cause: 'recovery', void: [3] }, [END])]);
    expect(report).toMatchObject({ verdict: 'intact', void: 1, calls: 1, findings: [] });
  });

  test('the outcome of a call made before, beside intents of others: one write that failed and could not be taken back', () => {
    const made = linesOf([openingOf(), intentOf('c1'), outcomeOf('c1'), intentOf('c2')]);
    expect(verify([{ epoch: 1, lines: made }, after(made.slice(0, 2), { cause: 'recovery', abandoned: true })])).toMatchObject({ verdict: 'intact', void: 2, running: 1 });
  });

  test('a whole epoch that could be opened but not kept', () => {
    const first = linesOf([openingOf(), END]);
    const stray = after(first, { cause: 'recovery', abandoned: true });
    const third = { epoch: 3, lines: linesOf([openingOf({ cause: 'recovery', abandoned: true, after: { epoch: 1, seq: 1 } }), END], { epoch: 3, prev: leafHash(first.at(-1)!) }) };
    expect(verify([{ epoch: 1, lines: first }, stray, third])).toMatchObject({ verdict: 'intact', void: 1, findings: [] });
  });
});

describe('an opening forged to hide calls contradicts what it declares void', () => {
  const whole = linesOf(WHOLE);
  const recovery = { cause: 'recovery', abandoned: true } as const;

  test('the outcome of a call whose intent is among the abandoned lines', () => {
    const report = verify([{ epoch: 1, lines: whole.slice(0, -1) }, after(whole.slice(0, 2), recovery)]);
    expect(found(report)).toEqual(['void-contradicted e1:4', 'void-contradicted e1:8', 'void-contradicted e1:9']);
    expect(report).toMatchObject({ verdict: 'tampered', void: 8, calls: 0 });
    expect(report.findings[0]?.sentence).toBe('expected no outcome of call c1, as its intent is declared void and a call whose intent is refused is not made, found one');
  });

  test('the outcome of a call whose intent is declared void by its number', () => {
    const report = verify([{ epoch: 1, lines: whole.slice(0, -1) }, after(whole.slice(0, -1), { cause: 'recovery', void: [2, 5] })]);
    expect(found(report)).toEqual(['void-contradicted e1:4', 'void-contradicted e1:9']);
    expect(report.verdict).toBe('tampered');
  });

  test('an outcome in a later epoch', () => {
    const first = linesOf([openingOf(), noticeOf('a'), intentOf('c1')]);
    const report = verify([{ epoch: 1, lines: first }, after(first.slice(0, 2), recovery, [outcomeOf('c1'), END])]);
    expect(found(report)).toEqual(['void-contradicted e2:2']);
  });

  test('the end of an epoch, behind which the same process cannot have gone on', () => {
    expect(found(verify([{ epoch: 1, lines: whole }, after(whole.slice(0, -2), recovery)]))).toEqual(['void-contradicted e1:11']);
  });

  test('anything but its opening in an epoch that is skipped as a whole', () => {
    const first = linesOf([openingOf(), noticeOf('a')]);
    const second = after(first, { cause: 'recovery' }, [intentOf('d1')]);
    const third = { epoch: 3, lines: linesOf([openingOf({ ...recovery, after: { epoch: 1, seq: 1 } }), END], { epoch: 3, prev: leafHash(first.at(-1)!) }) };
    expect(found(verify([{ epoch: 1, lines: first }, second, third]))).toEqual(['void-contradicted e2:2']);
  });

  test('a process that starts declares nothing void', () => {
    expect(found(verify([{ epoch: 1, lines: whole }, after(whole.slice(0, 2), { cause: 'start', abandoned: true })]))).toEqual(['unlinked-lines e1:3']);
    const report = verify([{ epoch: 1, lines: whole }, after(whole, { cause: 'start', void: [2] })]);
    expect(report).toMatchObject({ verdict: 'intact', void: 0, calls: 4 });
  });
});
