import { execFile } from 'node:child_process';
import { CaptureFault } from './fault.ts';

/** Runs a program of the system (found on PATH and in the sbin folders) and resolves to what it printed. Injected in tests. */
export type RunProgram = (name: string, args: readonly string[], input?: string) => Promise<string>;

const TIMEOUT_MILLISECONDS = 10_000;

/** Rejects with `CaptureFault`: `program-missing`, or `program-failed` with the program's own complaint. */
export const runProgram: RunProgram = (name, args, input) =>
  new Promise((resolve, reject) => {
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`, LC_ALL: 'C' };
    const child = execFile(name, args, { env, timeout: TIMEOUT_MILLISECONDS, maxBuffer: 4 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(faultOf(name, args, error, stderr));
    });
    // A program that ends before it has read everything says why on its own.
    child.stdin?.on('error', () => undefined).end(input ?? '');
  });

function faultOf(name: string, args: readonly string[], cause: Error, stderr: string): CaptureFault {
  // EACCES: there is a folder on PATH that may not be looked into, and in the others there is none.
  if ('code' in cause && (cause.code === 'ENOENT' || cause.code === 'EACCES')) return new CaptureFault('program-missing', `expected the program ${name}, found none that may be run: the image has to bring it`, { cause });
  const complaint = stderr.trim().split('\n')[0] || cause.message;
  const hint = /not permitted|denied/i.test(complaint) ? ' (capture needs the capability NET_ADMIN)' : '';
  return new CaptureFault('program-failed', `${[name, ...args].join(' ')}: ${complaint}${hint}`, { cause });
}
