import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InputFault } from './input-fault.ts';

/** Stands for standard input where a file is asked for. */
export const STANDARD_INPUT = '-';

/** The text of a file that was named on the command line, after `option` if it was by one. Throws `InputFault` `unreadable`. */
export async function readInput(file: string, option?: string): Promise<string> {
  try {
    return file === STANDARD_INPUT && option === undefined ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new InputFault('unreadable', `${option === undefined ? '' : `${option}: `}${file}: cannot be read (${systemReason(error)})`, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, and a file is expected',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** In words, why the file system did not do what it was asked; its own code where we have none. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (code === '' ? error.message : code);
}
