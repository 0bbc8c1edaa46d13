import { stripVTControlCharacters } from 'node:util';
import { vi } from 'vitest';
import { run } from '../../src/apps/cli/program.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process and hands back what it would have written, without colours. */
export async function sallyport(...args: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const before = process.exitCode;
  const spies = (['stdout', 'stderr'] as const).map((name) => vi.spyOn(process[name], 'write').mockImplementation((text) => {
    said[name] += String(text);
    return true;
  }));
  process.exitCode = undefined;
  try {
    const code = await run(args);
    return { code, stdout: stripVTControlCharacters(said.stdout), stderr: stripVTControlCharacters(said.stderr) };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = before;
  }
}
