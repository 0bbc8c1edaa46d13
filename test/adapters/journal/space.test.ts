import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/adapters/journal/journal.ts';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import { intentOf, noticeOf } from '../../core/evidence/drafts.ts';
import { open, packPath, temporaryFolder } from './folder.ts';

const LIMIT = 128 * 1024;

/** Appends until one is refused; gives how many were kept and why no more. */
async function fill(journal: Journal): Promise<{ kept: number; refusal: unknown }> {
  for (let kept = 0; ; kept += 1) {
    const refusal: unknown = await journal.append(intentOf(`c${kept}`), 'written').then(() => undefined, (error: unknown) => error);
    if (refusal !== undefined) return { kept, refusal };
  }
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

describe('a journal with a limit', () => {
  test('refuses what would take it over, says so, and stays whole', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory, { limit: LIMIT });
    const { kept, refusal } = await fill(journal);
    expect(kept).toBeGreaterThan(50);
    expect(refusal).toMatchObject({
      name: 'JournalFault', code: 'full',
      message: `${directory} has reached its limit of ${LIMIT} bytes: raise the limit, or copy its oldest packs and epochs out and remove them`,
    });
    expect(journal.healthy).toBe(false);
    expect(bytesIn(directory)).toBeLessThanOrEqual(LIMIT);
    expect(bytesIn(directory)).toBeGreaterThan(LIMIT * 0.75);
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', records: kept + 1 });
  });

  test('counts what earlier writers left, payloads and all', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    writeFileSync(packPath(directory, 2), Buffer.alloc(LIMIT - 32 * 1024));
    const journal = await open(directory, { limit: LIMIT });
    expect((await fill(journal)).kept).toBeLessThan(50);
    await journal.close().catch(() => undefined);
    writeFileSync(packPath(directory, 4), Buffer.alloc(32 * 1024));
    await expect(open(directory, { limit: LIMIT })).rejects.toMatchObject({ code: 'full' });
  });

  test('keeps records again once there is room, which it looks for once a second', async () => {
    const directory = temporaryFolder();
    let time = 0;
    const filler = join(directory, 'filler');
    writeFileSync(filler, Buffer.alloc(LIMIT / 2));
    const journal = await open(directory, { limit: LIMIT, now: () => time });
    await fill(journal);
    time += 1000;
    await expect(journal.append(intentOf('d1'), 'written')).rejects.toMatchObject({ code: 'full' });
    rmSync(filler);
    await expect(journal.append(intentOf('d2'), 'written')).rejects.toMatchObject({ code: 'full' });
    time += 1000;
    await journal.append(noticeOf('d3'), 'written');
    expect(journal.healthy).toBe(true);
    expect((await fill(journal)).kept).toBeGreaterThan(20);
    await journal.close().catch(() => undefined);
  });

  test('refuses a payload that does not fit, and goes on with what does', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory, { limit: LIMIT });
    const payload = journal.payload({ payload: 'full', limit: LIMIT, redact: [] }, 'c1', 'request');
    payload.write(Buffer.alloc(LIMIT));
    expect(await payload.end()).toMatchObject({ bytes: LIMIT, captured: 0, note: 'blob-unwritten' });
    await journal.append(noticeOf('after'), 'written');
    expect(journal.healthy).toBe(true);
    await journal.close();
  });
});
