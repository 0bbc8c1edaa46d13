import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { JournalFault, faultOf } from './fault.ts';
import { lockPath } from './layout.ts';

/**
 * Makes this process the only writer of the folder; gives the function that lets go.
 *
 * Two writers would both link to the same last record. The lock names its holder by process id and start time, so one that a
 * killed process left, or an earlier container whose process had the same number, does not count.
 */
export function lockJournal(directory: string): () => void {
  const path = lockPath(directory);
  const mine = identityOf(process.pid) ?? String(process.pid);
  try {
    if (!tryLock(path, mine)) {
      refuseIfHeld(path, directory);
      rmSync(path, { force: true });
      if (!tryLock(path, mine)) throw new JournalFault('in-use', `another process has just begun to write ${directory}: give this one a journal of its own`);
    }
  } catch (error) {
    throw faultOf('locking', path, error, 'unusable');
  }
  return () => rmSync(path, { force: true });
}

function tryLock(path: string, identity: string): boolean {
  try {
    writeFileSync(path, identity, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function refuseIfHeld(path: string, directory: string): void {
  const holder = readFileSync(path, 'utf8');
  const pid = Number.parseInt(holder, 10);
  if (pid > 0 && identityOf(pid) === holder) {
    throw new JournalFault('in-use', `process ${pid} writes ${directory}: end it, or give this one a journal of its own with --journal FOLDER`);
  }
}

/** `pid start-time boot-id` of a living process; undefined where there is none. Where there is no /proc, its number alone. */
function identityOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // Field 22 of proc_pid_stat(5); the second field is the name in parentheses, and may hold anything.
    const started = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
    return `${pid} ${started} ${boot}`;
  } catch {
    return process.platform === 'linux' ? undefined : runningIdentity(pid);
  }
}

function runningIdentity(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return String(pid);
  } catch {
    return undefined;
  }
}
