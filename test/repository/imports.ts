import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One `import` of one file. `target` is a path from the root for our own files, else the package or `node:` module. */
export interface Import {
  readonly from: string;
  readonly target: string;
  readonly own: boolean;
  /** `import('...')`: loaded only when the line runs. */
  readonly dynamic: boolean;
  /** `import type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gms;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

/** All TypeScript files below `folder` (a path from the root), sorted. */
export function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Every import of the files below `folder`, read from the text: our style has one spelling for each kind. */
export function importsOf(folder: string): Import[] {
  return sources(folder).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [
      ...Array.from(text.matchAll(STATIC), ([, type, name]) => read(file, name ?? '', false, type !== undefined)),
      ...Array.from(text.matchAll(DYNAMIC), ([, name]) => read(file, name ?? '', true, false)),
    ];
  });
}

function read(from: string, name: string, dynamic: boolean, typeOnly: boolean): Import {
  const own = name.startsWith('.');
  const target = own ? normalize(join(dirname(from), name)).split(sep).join('/') : packageName(name);
  return { from, target, own, dynamic, typeOnly };
}

function packageName(name: string): string {
  if (name.startsWith('node:')) return name;
  return name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
}

/** The files and packages that are loaded when `start` is: static imports that are not for types alone, followed to the end. */
export function loadedBy(start: string, imports: readonly Import[]): Set<string> {
  const seen = new Set<string>();
  const next = [start];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const one of imports) if (one.from === file && !one.dynamic && !one.typeOnly) next.push(one.target);
  }
  return seen;
}

/** `src/core/policy/evaluate.ts` stands in the room `core/policy`; `src/main.ts` in `main`. */
export function roomOf(file: string): string {
  const [, wing, room] = file.split('/');
  return wing?.endsWith('.ts') ? wing.replace(/\.ts$/, '') : `${wing}/${room?.replace(/\.tsx?$/, '')}`;
}
