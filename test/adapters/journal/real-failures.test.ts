import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import { epochPath, open, recordsOf, temporaryFolder } from './folder.ts';

const CHILD = new URL('fill.child.ts', import.meta.url).pathname;

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;
const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const isRoot = process.getuid?.() === 0;

/** Runs a program that ends up being the child; gives its lines and its standard input. */
function start(program: string, args: readonly string[]): { child: ChildProcessByStdio<Writable, Readable, null>; line: () => Promise<unknown> } {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, line: async () => JSON.parse(String((await lines.next()).value)) as unknown };
}

describe('a disk without room', () => {
  test.skipIf(!hasPrlimit)('a file that may not grow (RLIMIT_FSIZE): refused, then kept again when it may; skipped without prlimit', async () => {
    const directory = join(temporaryFolder(), 'journal');
    const { child, line } = start('prlimit', ['--fsize=65536:unlimited', process.execPath, CHILD, directory]);
    const refused = (await line()) as { kept: number };
    expect(refused).toMatchObject({ code: 'full', healthy: false });
    expect(refused.kept).toBeGreaterThan(100);
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', records: refused.kept + 1 });
    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
    child.stdin.write('go\n');
    expect(await line()).toEqual({ healthy: true });
    await new Promise((resolve) => { child.once('exit', resolve); });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', records: refused.kept + 3, epochs: 1 });
  });

  test.skipIf(!mayMount)('a file system of 256 KiB: refused, then kept again when there is room; skipped where mounting a tmpfs in a namespace is not allowed', async () => {
    const folder = temporaryFolder();
    const script = `mount -t tmpfs -o size=256k none "$1" && head -c 131072 /dev/zero > "$1/filler" && exec "$2" "$3" "$1/journal" "$1/filler"`;
    const { child, line } = start('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, CHILD]);
    expect(await line()).toMatchObject({ code: 'full', healthy: false });
    child.stdin.write('go\n');
    expect(await line()).toEqual({ healthy: true });
  });
});

describe('a writer that is killed', () => {
  test('leaves a log that the next one goes on with, and that is intact', async () => {
    const directory = join(temporaryFolder(), 'journal');
    const { child } = start(process.execPath, [CHILD, directory]);
    while (!existsSync(epochPath(directory)) || statSync(epochPath(directory)).size < 100_000) await new Promise((resolve) => { setTimeout(resolve, 10); });
    child.kill('SIGKILL');
    await new Promise((resolve) => { child.once('exit', resolve); });
    await (await open(directory)).close();
    const seq = recordsOf(directory).length - 1;
    expect(seq).toBeGreaterThan(100);
    expect(recordsOf(directory, 2)[0]).toMatchObject({ cause: 'start', after: { epoch: 1, seq } });
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', findings: [], epochs: 2 });
  });
});

describe('a folder that cannot be written', () => {
  test('where no folder can be made', async () => {
    await expect(open('/proc/journal')).rejects.toMatchObject({ name: 'JournalFault', code: 'unusable' });
  });

  test('where a file stands in its place', async () => {
    await expect(open(CHILD)).rejects.toMatchObject({ name: 'JournalFault', code: 'unusable', message: expect.stringContaining(CHILD) });
  });

  test.skipIf(isRoot)('without the right to write; skipped as root, who may write anywhere', async () => {
    const directory = join(temporaryFolder(), 'journal');
    mkdirSync(directory, { mode: 0o500 });
    await expect(open(directory)).rejects.toMatchObject({ code: 'unusable' });
    chmodSync(directory, 0o700);
    await (await open(directory)).close();
  });

  test.skipIf(!mayMount)('on a file system mounted read-only; skipped where mounting in a namespace is not allowed', async () => {
    const folder = temporaryFolder();
    await (await open(join(folder, 'journal'))).close();
    const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" "$3" "$1/journal"';
    const { line } = start('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, CHILD]);
    expect(await line()).toEqual({ code: 'unusable' });
  });
});
