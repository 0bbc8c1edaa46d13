import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Seconds of user and system time, children included. */
  readonly cpu: number;
  /** Resident bytes, children included. */
  readonly memory: number;
}

/** Starts a server; what it says on standard error is kept for the message when it does not come up. */
export function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess & { said: () => string } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stderr.on('data', (part: Buffer) => { said = (said + part.toString()).slice(-4000); });
  return Object.assign(child, { said: () => said });
}

/** Resolves with the milliseconds that it took. */
export async function untilListening(port: number, child: ChildProcess & { said: () => string }): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < 30_000) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}: ${child.said()}`);
    if (await answers(port)) return performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${child.spawnfile} does not listen on ${port}: ${child.said()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => resolve(false));
  });
}

/** What the process and all its descendants have used so far (`/proc/PID/stat`, proc(5)). */
export function usage(pid: number): Usage {
  const pids = family(pid);
  return pids.reduce((sum, one) => {
    const fields = statFields(one);
    return { cpu: sum.cpu + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND, memory: sum.memory + Number(fields[21] ?? 0) * 4096 };
  }, { cpu: 0, memory: 0 });
}

function family(root: number): number[] {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => [Number(name), Number(statFields(Number(name))[1] ?? 0)] as const);
  const found = [root];
  for (const one of found) found.push(...parents.filter(([, parent]) => parent === one).map(([pid]) => pid));
  return found;
}

/** The fields after the command's name, which may itself hold blanks and brackets. */
function statFields(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
