import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyFile } from '../../core/policy/parse.ts';

const POLICY_FILE = /^[^.].*\.(?:ya?ml|json)$/i;

/** The policy files that a path stands for: itself, or those directly in the folder, by name. Hidden ones are not for us: a mounted ConfigMap keeps its versions there. */
export async function readPolicyFiles(path: string): Promise<readonly PolicyFile[]> {
  const files = await filesAt(path);
  return await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));
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
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  return names.filter((name) => POLICY_FILE.test(name)).sort().map((name) => join(path, name));
}
