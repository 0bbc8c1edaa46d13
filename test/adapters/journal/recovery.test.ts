import { appendFileSync, closeSync, copyFileSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAX_PENDING } from '../../../src/adapters/journal/group-commit.ts';
import type { Journal } from '../../../src/adapters/journal/journal.ts';
import { DescriptorFile, createLogFile } from '../../../src/adapters/journal/log-file.ts';
import type { CreateLogFile, LogFile } from '../../../src/adapters/journal/log-file.ts';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import { intentOf, noticeOf, outcomeOf } from '../../core/evidence/drafts.ts';
import { epochPath, open, recordsOf, temporaryFolder } from './folder.ts';

/** What the disk under a FailingFile does. */
interface Weather {
  /** Bytes of the next append that still reach the file before the error; undefined: all, and no error. */
  appendFails?: { readonly afterBytes: number; readonly errno: string } | undefined;
  cutFails?: boolean;
  syncFails?: boolean;
  createFails?: boolean;
}

/** A real file on a disk that fails when told to. */
function files(weather: Weather): CreateLogFile {
  return (path) => {
    if (weather.createFails) throw errnoError('EIO');
    return new FailingFile(path, createLogFile(path), weather);
  };
}

class FailingFile implements LogFile {
  readonly path: string;
  readonly #file: LogFile;
  readonly #weather: Weather;

  constructor(path: string, file: LogFile, weather: Weather) {
    this.path = path;
    this.#file = file;
    this.#weather = weather;
  }

  get size(): number {
    return this.#file.size;
  }

  append(bytes: Uint8Array): void {
    const failure = this.#weather.appendFails;
    if (failure === undefined) {
      this.#file.append(bytes);
      return;
    }
    appendFileSync(this.path, bytes.subarray(0, failure.afterBytes));
    throw errnoError(failure.errno);
  }

  cut(): void {
    if (this.#weather.cutFails) throw errnoError('EROFS');
    this.#file.cut();
  }

  async sync(): Promise<void> {
    await this.#file.sync();
    if (this.#weather.syncFails) throw errnoError('EIO');
  }

  syncNow(): void {
    this.#file.syncNow();
  }

  close(): void {
    this.#file.close();
  }
}

function errnoError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function opened(weather: Weather): Promise<{ directory: string; journal: Journal }> {
  const directory = temporaryFolder();
  return { directory, journal: await open(directory, { createFile: files(weather) }) };
}

describe('a write that fails', () => {
  test.each([
    ['at once', 0, 'ENOSPC', 'full'],
    ['within a line', 50, 'ENOSPC', 'full'],
    ['after a whole line of the group', 700, 'EDQUOT', 'full'],
    ['with an error of the device', 50, 'EIO', 'write-failed'],
    ['on a file system that became read-only', 0, 'EROFS', 'write-failed'],
  ])('%s refuses all that waited, leaves nothing of it, and the next append goes on', async (_, afterBytes, errno, code) => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    await journal.append(noticeOf('before'), 'written');
    weather.appendFails = { afterBytes, errno };
    const refused = await Promise.allSettled([journal.append(intentOf('c1'), 'written'), journal.append(intentOf('c2'), 'synced')]);
    expect(refused.map((result) => result.status === 'rejected' && result.reason)).toMatchObject([{ name: 'JournalFault', code }, { name: 'JournalFault', code }]);
    expect(journal.healthy).toBe(false);
    weather.appendFails = undefined;
    expect(await journal.append(noticeOf('after'), 'synced')).toEqual({ epoch: 1, seq: 2 });
    expect(journal.healthy).toBe(true);
    await journal.close();
    expect(recordsOf(directory).map((record) => (record.kind === 'notice' ? record.event : record.kind))).toEqual(['epoch', 'before', 'after', 'end']);
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], void: 0 });
  });

  test('says what failed, where, and what to do', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    weather.appendFails = { afterBytes: 0, errno: 'ENOSPC' };
    await expect(journal.append(intentOf('c1'), 'written')).rejects.toThrow(`writing ${epochPath(directory)} failed (ENOSPC): make room`);
    weather.appendFails = undefined;
    await journal.close();
  });

  test('and cannot be cut back makes a new epoch, which declares what stands behind void', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    await journal.append(noticeOf('before'), 'written');
    Object.assign(weather, { appendFails: { afterBytes: 700, errno: 'EIO' }, cutFails: true });
    await Promise.allSettled([journal.append(intentOf('c1'), 'written'), journal.append(intentOf('c2'), 'written')]);
    Object.assign(weather, { appendFails: undefined });
    expect(await journal.append(noticeOf('after'), 'synced')).toEqual({ epoch: 2, seq: 1 });
    await journal.close();
    expect(recordsOf(directory, 2)[0]).toMatchObject({ cause: 'recovery', abandoned: true, after: { epoch: 1, seq: 1 } });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], void: 1, calls: 0, epochs: 2 });
  });

  test('an outcome that was refused with intents beside it contradicts nothing: its call lacks one', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    await journal.append(intentOf('c1'), 'written');
    Object.assign(weather, { appendFails: { afterBytes: 1200, errno: 'EIO' }, cutFails: true });
    await Promise.allSettled([journal.append(outcomeOf('c1'), 'soon'), journal.append(intentOf('c2'), 'written'), journal.append(intentOf('c3'), 'synced')]);
    Object.assign(weather, { appendFails: undefined });
    await journal.append(noticeOf('after'), 'written');
    expect(recordsOf(directory).slice(2, 4).map(({ kind }) => kind)).toEqual(['outcome', 'intent']);
    await journal.close();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'incomplete', findings: [{ code: 'outcome-missing', line: 2 }], calls: 1 });
  });

  test('while no new epoch can be made either refuses every append until one can', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    Object.assign(weather, { appendFails: { afterBytes: 10, errno: 'EIO' }, cutFails: true, createFails: true });
    await expect(journal.append(intentOf('c1'), 'written')).rejects.toMatchObject({ code: 'write-failed' });
    await expect(journal.append(intentOf('c2'), 'written')).rejects.toMatchObject({ code: 'unusable' });
    Object.assign(weather, { createFails: false });
    await expect(journal.append(intentOf('c3'), 'written')).rejects.toMatchObject({ code: 'unusable' });
    expect(journal.healthy).toBe(false);
    Object.assign(weather, { appendFails: undefined, cutFails: false });
    await journal.append(intentOf('c4'), 'written');
    await journal.append(outcomeOf('c4'), 'written');
    await journal.close();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], calls: 1 });
  });
});

describe('a hole in the record', () => {
  test('is told by the log itself as soon as it can, though no call comes', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    weather.appendFails = { afterBytes: 0, errno: 'ENOSPC' };
    await Promise.allSettled([journal.append(intentOf('c1'), 'written'), journal.append(intentOf('c2'), 'written')]);
    weather.appendFails = undefined;
    while (!journal.healthy) await new Promise((resolve) => { setTimeout(resolve, 50); });
    await journal.close();
    expect(recordsOf(directory)[1]).toMatchObject({ kind: 'notice', event: 'records-refused', facts: { count: 2, reason: 'full' } });
    expect(recordsOf(directory)).toHaveLength(3);
  });
});

describe('a sync that fails', () => {
  test('refuses what waited for it, declares it void in a new epoch, and keeps what was only to be written', async () => {
    const weather: Weather = {};
    const { directory, journal } = await opened(weather);
    weather.syncFails = true;
    const written = journal.append(noticeOf('kept'), 'written');
    const refused = journal.append(intentOf('c1'), 'synced');
    await expect(refused).rejects.toMatchObject({ code: 'write-failed', message: expect.stringContaining('syncing') });
    expect(await written).toEqual({ epoch: 1, seq: 1 });
    weather.syncFails = false;
    await journal.append(intentOf('c2'), 'synced');
    await journal.append(outcomeOf('c2'), 'written');
    await journal.close();
    expect(recordsOf(directory, 2)[0]).toMatchObject({ cause: 'recovery', void: [2], after: { epoch: 1, seq: 2 } });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], void: 1, calls: 1 });
  });

  test('refuses what was written while it ran, too', async () => {
    const weather: Weather = { syncFails: true };
    const { directory, journal } = await opened(weather);
    const first = journal.append(intentOf('c1'), 'synced');
    await new Promise((resolve) => { setImmediate(resolve); });
    const second = journal.append(intentOf('c2'), 'synced');
    const results = await Promise.allSettled([first, second]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    weather.syncFails = false;
    await journal.append(noticeOf('after'), 'synced');
    await journal.close();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], calls: 0 });
  });
});

describe('what waits is bounded', () => {
  test('over the bound an append is refused at once, and what waited is kept', async () => {
    const { directory, journal } = await opened({});
    const sentence = 'x'.repeat(65_536);
    const enough = Math.ceil(MAX_PENDING / sentence.length);
    const appended = Array.from({ length: enough }, () => journal.append({ ...noticeOf('a'), sentence }, 'written'));
    await expect(journal.append(noticeOf('over'), 'written')).rejects.toMatchObject({ code: 'overloaded' });
    await Promise.all(appended);
    await journal.append(noticeOf('after'), 'written');
    await journal.close();
    expect(recordsOf(directory)).toHaveLength(enough + 3);
  });
});

describe('a file that somebody takes away while it is written', () => {
  const TAKEN: readonly (readonly [string, (path: string, directory: string) => void])[] = [
    ['removed', (path) => rmSync(path)],
    ['renamed', (path) => renameSync(path, `${path}.gone`)],
    ['moved elsewhere with its folder', (_, directory) => { renameSync(directory, `${directory}.gone`); mkdirSync(directory); }],
    ['replaced by a copy of itself', (path) => { copyFileSync(path, `${path}.copy`); renameSync(`${path}.copy`, path); }],
    ['replaced by a link to where it went', (path) => { renameSync(path, `${path}.gone`); copyFileSync(`${path}.gone`, `${path}.copy`); symlinkSync(`${path}.copy`, path); }],
  ];

  test.each(TAKEN.flatMap(([how, take]) => (['soon', 'written', 'synced'] as const).map((durability) => [how, durability, take] as const)))(
    '%s: the very next append (%s) is refused, and the one after goes to a new epoch',
    async (_, durability, take) => {
      const directory = join(temporaryFolder(), 'journal');
      const journal = await open(directory);
      await journal.append(noticeOf('before'), 'written');
      take(epochPath(directory), directory);
      await expect(journal.append(intentOf('c1'), durability)).rejects.toMatchObject({
        code: 'write-failed', message: `${epochPath(directory)} was removed, moved or replaced while it was written`,
      });
      expect(journal.healthy).toBe(false);
      expect((await journal.append(noticeOf('after'), durability)).epoch).toBeGreaterThan(1);
      await journal.close();
    },
  );

  test('with its folder: every append is refused until there is a folder again', async () => {
    const directory = join(temporaryFolder(), 'journal');
    const journal = await open(directory);
    rmSync(directory, { recursive: true });
    for (let at = 0; at < 3; at += 1) await expect(journal.append(intentOf(`c${at}`), 'written')).rejects.toMatchObject({ name: 'JournalFault' });
    mkdirSync(directory);
    await journal.append(noticeOf('after'), 'written');
    expect(journal.healthy).toBe(true);
    await journal.close();
  });

  test('keeps nothing of what was refused where it went', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    const gone = join(directory, 'gone');
    renameSync(epochPath(directory), gone);
    await expect(journal.append(intentOf('c1'), 'written')).rejects.toMatchObject({ code: 'write-failed' });
    expect(readFileSync(gone, 'utf8').split('\n')).toHaveLength(2);
    await journal.append(noticeOf('after'), 'written');
    await journal.close();
    renameSync(gone, epochPath(directory));
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], epochs: 2 });
  });

  test('is missed by whoever verifies', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    rmSync(epochPath(directory));
    await expect(journal.append(intentOf('c1'), 'synced')).rejects.toThrow('was removed');
    expect(await journal.append(intentOf('c2'), 'synced')).toEqual({ epoch: 2, seq: 1 });
    await journal.close();
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'incomplete', findings: [{ code: 'epoch-missing' }, { code: 'outcome-missing' }] });
  });
});

describe('on a device that is always full', () => {
  test('an append says so and keeps nothing', () => {
    const file = new DescriptorFile('/dev/full', openSync('/dev/full', 'a'));
    expect(() => file.append(Buffer.from('x\n'))).toThrow(/ENOSPC/);
    expect(file.size).toBe(0);
    file.close();
  });

  test('a descriptor is not closed under a sync', async () => {
    const directory = temporaryFolder();
    const file = createLogFile(epochPath(directory));
    file.append(Buffer.from('x\n'));
    const sync = file.sync();
    file.close();
    const other = openSync(epochPath(directory, 2), 'w');
    await expect(sync).resolves.toBeUndefined();
    expect(() => closeSync(other)).not.toThrow();
  });
});
