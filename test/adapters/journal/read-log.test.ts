import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LineReader } from '../../../src/adapters/journal/line-reader.ts';
import { findCalls, followRecords, lastRecords } from '../../../src/adapters/journal/read-log.ts';
import { readEnd } from '../../../src/adapters/journal/read-end.ts';
import { intentOf, noticeOf, outcomeOf } from '../../core/evidence/drafts.ts';
import { epochPath, open, temporaryFolder } from './folder.ts';

async function write(directory: string, ...events: readonly string[]): Promise<void> {
  const journal = await open(directory);
  await Promise.all(events.map((event) => journal.append(noticeOf(event), 'written')));
  await journal.close();
}

describe('the last records', () => {
  test('reach back into earlier epochs', async () => {
    const directory = temporaryFolder();
    await write(directory, 'a', 'b');
    await write(directory, 'c');
    const { records } = lastRecords(directory, 5);
    expect(records.map((record) => (record.kind === 'notice' ? record.event : record.kind))).toEqual(['epoch', 'a', 'b', 'end', 'epoch', 'c', 'end']);
  });

  test('pass over lines that are none', async () => {
    const directory = temporaryFolder();
    await write(directory, 'a');
    appendFileSync(epochPath(directory), 'no record\n{"half');
    expect(lastRecords(directory, 10).records).toHaveLength(3);
  });

  test('of no journal are a clear fault', () => {
    expect(() => lastRecords(temporaryFolder(), 1)).toThrow('found no epoch file: name its folder');
  });
});

describe('following', () => {
  test('gives each record once, as it is written, through restarts', async () => {
    const directory = temporaryFolder();
    await write(directory, 'before');
    const { end } = lastRecords(directory, 1);
    const stop = new AbortController();
    const seen: string[] = [];
    const followed = (async () => {
      for await (const record of followRecords(directory, end, stop.signal)) {
        if (record.kind === 'notice') seen.push(record.event);
        if (seen.length === 4) stop.abort();
      }
    })();
    await write(directory, 'a', 'b');
    await write(directory, 'c');
    await write(directory, 'd');
    await followed;
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  test('waits for the rest of a line that is not whole yet', async () => {
    const directory = temporaryFolder();
    await write(directory, 'a');
    const { end } = lastRecords(directory, 1);
    const stop = new AbortController();
    const records = followRecords(directory, end, stop.signal);
    const next = records.next();
    const line = '{"epoch":1,"kind":"end","prev":"' + '0'.repeat(64) + '","seq":9,"time":"2026-01-02T03:04:05.678Z","v":1}\n';
    appendFileSync(epochPath(directory), line.slice(0, 20));
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    appendFileSync(epochPath(directory), line.slice(20));
    expect((await next).value).toMatchObject({ seq: 9 });
    stop.abort();
    expect((await records.next()).done).toBe(true);
  });
});

describe('finding a call', () => {
  test('by its id, or the beginning or end of it, across epochs', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    await journal.append(intentOf('0193-aaaa-1111'), 'written');
    await journal.append(outcomeOf('0193-aaaa-1111'), 'written');
    await journal.append(intentOf('0193-bbbb-2222', { decision: 'deny' }), 'written');
    await journal.close();
    expect(findCalls(directory, '1111')).toMatchObject([{ call: '0193-aaaa-1111', intent: { seq: 1 }, outcome: { seq: 2 } }]);
    expect(findCalls(directory, '0193').map(({ call }) => call)).toEqual(['0193-aaaa-1111', '0193-bbbb-2222']);
    expect(findCalls(directory, 'bbbb')).toEqual([]);
  });
});

describe('reading lines', () => {
  test('of a file that grows byte by byte gives each line when it is whole', () => {
    const path = join(temporaryFolder(), 'lines');
    writeFileSync(path, '');
    using reader = new LineReader(path);
    const lines: string[] = [];
    for (const byte of Buffer.from('one\n\ntwo\nhalf')) {
      appendFileSync(path, Buffer.from([byte]));
      for (const line of reader.next() ?? []) lines.push(line.toString());
    }
    expect(lines).toEqual(['one', '', 'two']);
    expect(reader.torn).toBe(4);
  });

  test('from the end finds the last lines of a large file', () => {
    const path = join(temporaryFolder(), 'lines');
    writeFileSync(path, Array.from({ length: 50_000 }, (_, at) => `line ${at}\n`).join('') + 'half');
    const end = readEnd(path, 3);
    expect(end.lines.map(({ bytes }) => bytes.toString())).toEqual(['line 49997', 'line 49998', 'line 49999']);
    expect(end.size - end.wholeSize).toBe(4);
    expect(readEnd(path, 100_000).lines).toHaveLength(50_000);
    rmSync(path);
  });
});
