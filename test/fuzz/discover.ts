import { readdir } from 'node:fs/promises';
import type { FuzzTarget } from './run.ts';

const folder = new URL('.', import.meta.url);

/** Names of all targets: `NAME.fuzz.ts` in this folder. */
export async function targetNames(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.fuzz.ts')).map((file) => file.slice(0, -'.fuzz.ts'.length)).sort();
}

/** Loads one of them; throws where its file does not export what a target is. */
export async function loadTarget(name: string): Promise<FuzzTarget> {
  const { name: own, target, seeds, tokens }: Partial<FuzzTarget> = await import(new URL(`${name}.fuzz.ts`, folder).href);
  if (own !== name || typeof target !== 'function' || seeds === undefined || seeds.length === 0) {
    throw new TypeError(`${name}.fuzz.ts must export name "${name}", target and at least one of seeds`);
  }
  return { name, target, seeds, ...(tokens && { tokens }) };
}
