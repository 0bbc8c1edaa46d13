import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../../../core/policy/compile.ts';
import { parsePolicies, type PolicyFile } from '../../../core/policy/parse.ts';
import { formatProblem, type Problem } from '../../../core/policy/problem.ts';
import type { Snapshot } from '../../../core/policy/snapshot.ts';

/** `FILES_UNREADABLE`: the file system said no. `FILES_BAD`: what was read is no policy, or no cases; the message has one problem a line. */
export class FilesFault extends Error {
  override readonly name = 'FilesFault';
  readonly code: 'FILES_UNREADABLE' | 'FILES_BAD';

  constructor(code: FilesFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Reads files, and of folders the files that may hold policies, in the order of their names. */
export async function readPolicyFiles(paths: readonly string[]): Promise<PolicyFile[]> {
  const files: PolicyFile[] = [];
  for (const path of paths) {
    const found = await filesAt(path);
    if (found.length === 0) throw new FilesFault('FILES_UNREADABLE', `${path}: no .yaml, .yml or .json file is in this folder`);
    for (const file of found) files.push({ file, text: await readText(file) });
  }
  return files;
}

/** Reads policies to judge by. */
export async function readSnapshot(paths: readonly string[]): Promise<Snapshot> {
  const { policies, problems } = parsePolicies(await readPolicyFiles(paths));
  if (problems.length > 0) throw badFiles(problems);
  const compiled = compile(policies, { generation: 1 });
  if ('problems' in compiled) throw badFiles(compiled.problems);
  return compiled.snapshot;
}

export async function readText(file: string): Promise<string> {
  return reading(file, () => readFile(file, 'utf8'));
}

export function badFiles(problems: readonly Problem[]): FilesFault {
  return new FilesFault('FILES_BAD', problems.map(formatProblem).join('\n'));
}

async function filesAt(path: string): Promise<string[]> {
  const isFolder = await reading(path, async () => (await stat(path)).isDirectory());
  if (!isFolder) return [path];
  const names = await reading(path, () => readdir(path));
  return names.filter((name) => /\.(?:yaml|yml|json)$/.test(name)).sort().map((name) => join(path, name));
}

async function reading<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new FilesFault('FILES_UNREADABLE', `${path}: cannot be read (${why === 'ENOENT' ? 'there is no such file or folder' : why})`, { cause: error });
  }
}
