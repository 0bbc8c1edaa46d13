import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePolicies, type PolicyFile } from '../../core/policy/parse.ts';
import type { AgentPolicy } from '../../core/policy/model.ts';
import { readInput, STANDARD_INPUT, systemReason } from '../command-line/input-file.ts';
import { PolicyFilesFault } from './fault.ts';

const POLICY_FILE = /^[^.].*\.(?:ya?ml|json)$/i;

/**
 * The policy files that paths stand for: a file itself, or those directly in a folder, by name; `-` is standard input. Hidden ones are
 * not for us: a mounted ConfigMap keeps its versions there.
 *
 * @throws PolicyFilesFault `unreadable`, also for a folder without any.
 */
export async function readPolicyFiles(paths: readonly string[]): Promise<readonly PolicyFile[]> {
  const files: PolicyFile[] = [];
  for (const path of paths) {
    const found = await filesAt(path);
    if (found.length === 0) throw PolicyFilesFault.unreadable(path, 'no .yaml, .yml or .json file is in this folder');
    for (const file of found) files.push({ file, text: await readText(file) });
  }
  return files;
}

/**
 * Reads policies to judge by.
 *
 * @throws PolicyFilesFault, `unfit` with all problems of all files, also where there is no policy in them.
 */
export async function readPolicies(paths: readonly string[]): Promise<readonly AgentPolicy[]> {
  const files = await readPolicyFiles(paths);
  const { policies, problems } = parsePolicies(files);
  if (problems.length > 0) throw PolicyFilesFault.unfit(problems);
  if (policies.length === 0) throw PolicyFilesFault.unfit([{ file: files[0]?.file ?? '', line: 0, column: 0, path: '', message: 'there is no AgentPolicy here', expected: 'at least one' }]);
  return policies;
}

/** @throws PolicyFilesFault `unreadable`. */
export async function readText(file: string): Promise<string> {
  return await reading(file, async () => (file === STANDARD_INPUT ? await readInput(file) : await readFile(file, 'utf8')));
}

/** Changes whenever a file does, also when a symbolic link on the way to it is exchanged. */
export async function fingerprint(path: string): Promise<string> {
  const files = await filesAt(path);
  const facts = await Promise.all(files.map(async (file) => {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
    return `${file} ${dev}:${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  }));
  return facts.join('\n');
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (path === STANDARD_INPUT) return [path];
  const names = await reading(path, async () => ((await stat(path)).isDirectory() ? await readdir(path) : undefined));
  return names === undefined ? [path] : names.filter((name) => POLICY_FILE.test(name)).sort().map((name) => join(path, name));
}

async function reading<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw PolicyFilesFault.unreadable(path, `cannot be read (${systemReason(error)})`, error);
  }
}
