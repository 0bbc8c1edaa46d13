import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf, ROOT, roomOf, sources } from './imports.ts';

const WINGS = { apps: 'apps: wire', adapters: 'adapters: touch the world', core: 'core: decides' } as const;

/** The house as a Mermaid flowchart: one box a room with its files and lines, one arrow for "imports"; a dotted arrow is loaded only when it is needed. */
export function houseFigure(): string {
  const rooms = roomFacts();
  const boxes = Object.entries(WINGS).flatMap(([wing, title]) => [
    `  subgraph ${wing}["${title}"]`,
    ...[...rooms].filter(([room]) => room.startsWith(`${wing}/`)).map(([room, facts]) => `    ${id(room)}["${room.split('/')[1]}<br/>${facts.files} files, ${facts.lines} lines"]`),
    '  end',
  ]);
  return ['```mermaid', 'flowchart TD', ...boxes, ...arrows(), '```'].join('\n');
}

function roomFacts(): Map<string, { files: number; lines: number }> {
  const rooms = new Map<string, { files: number; lines: number }>();
  for (const file of sources('src')) {
    const facts = rooms.get(roomOf(file)) ?? { files: 0, lines: 0 };
    facts.files += 1;
    facts.lines += readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1;
    rooms.set(roomOf(file), facts);
  }
  return rooms;
}

/** Core's lowest room is left out as a target: everybody knows its words. */
function arrows(): string[] {
  const kinds = new Map<string, boolean>();
  for (const one of importsOf('src')) {
    const [from, to] = [roomOf(one.from), one.own ? roomOf(one.target) : ''];
    if (!one.own || from === to || to === 'core/terms' || !from.includes('/')) continue;
    const key = `${id(from)} ${id(to)}`;
    kinds.set(key, (kinds.get(key) ?? true) && one.dynamic);
  }
  return [...kinds].sort(([a], [b]) => a.localeCompare(b)).map(([key, lazy]) => `  ${key.replace(' ', lazy ? ' -.-> ' : ' --> ')}`);
}

function id(room: string): string {
  return room.replaceAll('/', '_');
}
