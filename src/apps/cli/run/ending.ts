import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Hands signals on to the program until it ends; resolves to its exit code, or to 128 plus the number of the signal that ended it. */
export async function passThrough(child: ChildProcess): Promise<number> {
  const forward = (signal: NodeJS.Signals): void => {
    // Ctrl-C on a terminal reaches the program by itself; a second one would look like impatience.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    return await ended(child);
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

async function ended(child: ChildProcess): Promise<number> {
  return await new Promise((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => { resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]); };
    if (child.exitCode !== null || child.signalCode !== null) settle(child.exitCode, child.signalCode);
    else child.once('exit', settle);
  });
}
