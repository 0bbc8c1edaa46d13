import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;

/** The real program in a process of its own; ends with the test. */
export interface Started {
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly ended: Promise<number | null>;
}

export function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [MAIN, 'proxy', ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString(); });
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve); });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, log: () => log, ended };
}
