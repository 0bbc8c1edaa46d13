import { rename, rm, writeFile } from 'node:fs/promises';
import { systemReason } from '../../adapters/command-line/input-file.ts';

/** Writes a file that `option` names, with these rights from its first byte on. Whoever waits for it never reads half of it. */
export async function writeWhole(option: string, file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.new`;
  try {
    await rm(draft, { force: true });
    await writeFile(draft, text, { mode, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    throw new Error(`${option}: ${file}: cannot be written (${systemReason(error)})`, { cause: error });
  }
}
