import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** What a terminal sends to every process in its foreground, and so to the program as well as to us: a second one would look like impatience. */
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTSTP', 'SIGWINCH'];

/** USR1 would start Node's debugger in us, were it not taken here. What cannot be caught (KILL, STOP) or says something of us alone (CHLD, PIPE, TTIN, TTOU) is not forwarded. */
const FORWARDED: readonly NodeJS.Signals[] = [...OF_TERMINALS, 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'];

/** Hands signals on to the program until it ends; resolves to its exit code, or to 128 plus the number of the signal that ended it. */
export async function passThrough(child: ChildProcess): Promise<number> {
  const forward = (signal: NodeJS.Signals): void => {
    if (!(process.stdin.isTTY && OF_TERMINALS.includes(signal))) child.kill(signal);
    // As the default would, which is gone with the listener: whoever waits for us has to see that all stands still.
    if (signal === 'SIGTSTP') process.kill(process.pid, 'SIGSTOP');
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
