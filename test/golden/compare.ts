import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Compares texts with the files of a folder below `test/golden`; a file that differs, is missing or is left over fails.
 * `UPDATE_GOLDEN=1` rewrites the folder instead.
 */
export function expectGolden(folder: string, texts: ReadonlyMap<string, string>): void {
  const directory = new URL(`./${folder}/`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of texts) writeFileSync(new URL(name, directory), text);
  }
  const found = readdirSync(directory).sort();
  expect(found, `files of test/golden/${folder} (UPDATE_GOLDEN=1 rewrites them)`).toEqual([...texts.keys()].sort());
  for (const [name, text] of texts) expect(text, `test/golden/${folder}/${name} (UPDATE_GOLDEN=1 rewrites it)`).toBe(readFileSync(new URL(name, directory), 'utf8'));
}
