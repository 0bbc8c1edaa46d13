import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLogFile } from '../../../src/adapters/journal/log-file.ts';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import { leafHash } from '../../../src/core/evidence/leaf.ts';
import { intentOf, noticeOf, outcomeOf } from '../../core/evidence/drafts.ts';
import { epochPath, linesOfEpoch, open, recordsOf, temporaryFolder } from './folder.ts';

describe('a record that nobody waits for', () => {
  test('is written with the next that somebody waits for, in the order of calls', async () => {
    const directory = temporaryFolder();
    const sizes: number[] = [];
    const journal = await open(directory, {
      createFile: (path) => {
        const file = createLogFile(path);
        const append = file.append.bind(file);
        return path.endsWith('.jsonl') ? Object.assign(file, { append: (bytes: Uint8Array) => { sizes.push(Buffer.from(bytes).toString().split('\n').length - 1); append(bytes); } }) : file;
      },
    });
    const soon = journal.append(noticeOf('first'), 'soon');
    await new Promise((resolve) => { setImmediate(resolve); });
    await journal.append(noticeOf('second'), 'written');
    expect(await soon).toEqual({ epoch: 1, seq: 1 });
    expect(sizes).toEqual([1, 2]);
    await journal.close();
  });

  test('is written within milliseconds by itself, and before the journal ends', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    expect(await journal.append(noticeOf('alone'), 'soon')).toEqual({ epoch: 1, seq: 1 });
    expect(linesOfEpoch(directory)).toHaveLength(2);
    const last = journal.append(noticeOf('last'), 'soon');
    await journal.close();
    expect(await last).toEqual({ epoch: 1, seq: 2 });
  });
});

describe('appending', () => {
  test('numbers records in the order of calls, links each to the one before, and resolves to where it stands', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    const positions = await Promise.all([
      journal.append(intentOf('c1'), 'synced'),
      journal.append(intentOf('c2'), 'written'),
      journal.append(outcomeOf('c1'), 'written'),
      journal.append(outcomeOf('c2'), 'synced'),
    ]);
    await journal.close();
    expect(positions).toEqual([1, 2, 3, 4].map((seq) => ({ epoch: 1, seq })));
    const lines = linesOfEpoch(directory);
    expect(recordsOf(directory).map(({ kind, seq }) => `${seq} ${kind}`)).toEqual(['0 epoch', '1 intent', '2 intent', '3 outcome', '4 outcome', '5 end']);
    expect(recordsOf(directory).slice(1).map(({ prev }) => prev)).toEqual(lines.slice(0, -1).map(leafHash));
  });

  test('a record is in the file when its append resolves', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    for (const durability of ['written', 'synced'] as const) {
      await journal.append(noticeOf(durability), durability);
      expect(linesOfEpoch(directory).at(-1)).toContain(`"event":"${durability}"`);
    }
    await journal.close();
  });

  test('ten thousand records of many callers at once make one intact log', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    let next = 0;
    await Promise.all(Array.from({ length: 50 }, async () => {
      while (next < 5000) {
        const call = `c${next++}`;
        await journal.append(intentOf(call), next % 10 === 0 ? 'synced' : 'written');
        await journal.append(outcomeOf(call), 'written');
      }
    }));
    await journal.close();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', records: 10_002, calls: 5000, running: 0 });
  });

  test('hostile texts make one whole line', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    await journal.append(intentOf('c1', { path: '/\ud800\n{"seq":9}\u001b[2J', method: 'G\u0000T' }), 'written');
    await journal.append(outcomeOf('c1'), 'written');
    await journal.close();
    expect(linesOfEpoch(directory)).toHaveLength(4);
    expect(recordsOf(directory)[1]).toMatchObject({ path: '/\\u{d800}\\u{a}{"seq":9}\\u{1b}[2J', method: 'G\\u{0}T' });
    expect((await verifyLog(directory)).verdict).toBe('intact');
  });

  test('credentials in a query do not reach the disk', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    await journal.append(intentOf('c1', { query: 'access_token=hunter2&q=1' }), 'written');
    await journal.close();
    expect(readFileSync(epochPath(directory), 'utf8')).not.toContain('hunter2');
  });

  test('after closing nothing is taken', async () => {
    const journal = await open(temporaryFolder());
    await journal.close();
    await journal.close();
    await expect(journal.append(noticeOf('late'), 'written')).rejects.toMatchObject({ code: 'closed' });
  });

  test('files are for their owner alone', async () => {
    const directory = join(temporaryFolder(), 'deep', 'journal');
    const journal = await open(directory);
    await journal.close();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(epochPath(directory)).mode & 0o777).toBe(0o600);
  });
});

describe('a restart', () => {
  test('opens an epoch that links to the last record of the one before', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    await (await open(directory)).close();
    expect(recordsOf(directory, 2)[0]).toMatchObject({ kind: 'epoch', cause: 'start', epoch: 2, seq: 0, after: { epoch: 1, seq: 1 }, prev: leafHash(linesOfEpoch(directory).at(-1) ?? '') });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', epochs: 2 });
  });

  test('after a kill keeps the torn tail aside, and the log is intact again', async () => {
    const directory = temporaryFolder();
    const first = await open(directory);
    await first.append(noticeOf('a'), 'written');
    killed(directory);
    appendFileSync(epochPath(directory), '{"half":"a li');
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'incomplete', findings: [{ code: 'torn-tail', line: 3 }] });
    await (await open(directory)).close();
    expect(readFileSync(join(directory, 'epoch-00000001.torn'), 'utf8')).toBe('{"half":"a li');
    expect(recordsOf(directory, 2)[0]).toMatchObject({ after: { epoch: 1, seq: 1 }, aside: { file: 'epoch-00000001.torn', bytes: 13 } });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [] });
  });

  test('after a power cut moves zeros and lines that are no records aside with the rest', async () => {
    const directory = temporaryFolder();
    const first = await open(directory);
    await first.append(noticeOf('a'), 'written');
    killed(directory);
    appendFileSync(epochPath(directory), `${'\0'.repeat(4096)}\n${'\0'.repeat(99)}`);
    await (await open(directory)).close();
    expect(statSync(join(directory, 'epoch-00000001.torn')).size).toBe(4196);
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [] });
  });

  test('a second torn tail does not replace the first', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'epoch-00000001.torn'), 'earlier');
    const first = await open(directory);
    await first.append(noticeOf('a'), 'written');
    killed(directory);
    appendFileSync(epochPath(directory), 'x');
    await (await open(directory)).close();
    expect(readFileSync(join(directory, 'epoch-00000001.torn'), 'utf8')).toBe('earlier');
    expect(recordsOf(directory, 2)[0]).toMatchObject({ aside: { file: 'epoch-00000001.torn.1', bytes: 1 } });
  });

  test('skips an epoch to which nothing was written', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    writeFileSync(epochPath(directory, 2), '');
    await (await open(directory)).close();
    expect(recordsOf(directory, 3)[0]).toMatchObject({ after: { epoch: 1, seq: 1 } });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [] });
  });

  test('after all files are there but empty begins as the first', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    truncateSync(epochPath(directory), 0);
    await (await open(directory)).close();
    expect(recordsOf(directory, 2)[0]).not.toHaveProperty('after');
  });
});

describe('one writer at a time', () => {
  test('a second journal on the same folder is refused, and told by whom', async () => {
    const directory = temporaryFolder();
    const first = await open(directory);
    await expect(open(directory)).rejects.toMatchObject({ code: 'in-use', message: `process ${process.pid} writes ${directory}: end it, or give this one a journal of its own with --journal FOLDER` });
    await first.close();
    await (await open(directory)).close();
  });

  test.each([
    ['a process that is gone', '4194305 1 boot'],
    ['an earlier process with the same number', `${process.pid} 1 boot`],
    ['nobody', ''],
  ])('a lock that %s left does not count', async (_, holder) => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'writer.lock'), holder);
    await (await open(directory)).close();
    expect(existsSync(join(directory, 'writer.lock'))).toBe(false);
  });

  test('the lock is let go where opening fails', async () => {
    const directory = temporaryFolder();
    mkdirSync(epochPath(directory, 1));
    await expect(open(directory)).rejects.toMatchObject({ code: 'unusable' });
    rmSync(epochPath(directory, 1), { recursive: true });
    await (await open(directory)).close();
  });
});

/** As if the process had died: its lock names nobody who lives. */
function killed(directory: string): void {
  writeFileSync(join(directory, 'writer.lock'), '4194305 1 boot');
}
