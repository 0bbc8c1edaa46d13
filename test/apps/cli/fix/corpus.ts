import { readdirSync, readFileSync } from 'node:fs';
import { worldOf, type World } from '../../../../src/apps/cli/manifest/world.ts';
import { parseManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { CHECKS } from '../../../../src/core/checks/index.ts';
import { CONTAINED } from '../../../core/checks/pods.ts';

const ROOT = new URL('../../../golden/', import.meta.url);

export interface Text {
  readonly name: string;
  readonly text: string;
}

/** Golden pods: a few that fail each check, and all that are of many things. */
export const CORPUS: readonly Text[] = [
  ...CHECKS.flatMap(({ id }) => textsIn(`checks/${id}/fail`).slice(0, 2)),
  ...textsIn('pods'),
];

/** The same texts as others would have written them. */
export const RESTYLED: readonly Text[] = textsIn('pods').flatMap(({ name, text }) => [
  { name: `${name} with CRLF`, text: text.replaceAll('\n', '\r\n') },
  { name: `${name} without the last line break`, text: text.trimEnd() },
  { name: `${name} with comments everywhere`, text: text.replace(/^( *)(?=\S)(?!.*[|>]$)/gm, (indent) => `${indent}# before\n${indent}`).replace(/([a-z}\]"0-9])$/gm, '$1 # behind') },
]);

export const ALL_CHECKS: ReadonlySet<string> = new Set(CHECKS.map(({ id }) => id));
export const NO_CHECKS: ReadonlySet<string> = new Set();

export function worldIn(text: string, profile = CONTAINED): World {
  return worldOf(parseManifests('a.yaml', text), { namespace: 'default', profile }, 0);
}

function textsIn(folder: string): Text[] {
  const url = new URL(`${folder}/`, ROOT);
  try {
    return readdirSync(url).sort().map((name) => ({ name: `${folder}/${name}`, text: readFileSync(new URL(name, url), 'utf8') }));
  } catch {
    return [];
  }
}
