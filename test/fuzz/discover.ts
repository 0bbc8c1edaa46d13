import { readdir } from 'node:fs/promises';
import type { FuzzTarget } from './run.ts';

/** All targets of this folder, by name. */
export async function discoverTargets(): Promise<readonly FuzzTarget[]> {
  const folder = new URL('.', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.fuzz.ts')).sort();
  const targets: FuzzTarget[] = [];
  for (const file of files) targets.push(checked(file, await import(new URL(file, folder).href)));
  return targets;
}

function checked(file: string, module: Partial<FuzzTarget>): FuzzTarget {
  const { name, target, seeds, tokens } = module;
  if (typeof name !== 'string' || typeof target !== 'function' || seeds === undefined || seeds.length === 0) {
    throw new TypeError(`${file} must export name, target and at least one of seeds`);
  }
  return { name, target, seeds, ...(tokens && { tokens }) };
}
