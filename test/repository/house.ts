import { importsOf, roomOf, sources } from './imports.ts';

const WINGS = { apps: 'apps: wire', adapters: 'adapters: touch the world', core: 'core: decides' } as const;

/** The house as a Mermaid flowchart: one box a room with its number of files, one arrow for "imports"; a dotted arrow is loaded only when it is needed. */
export function houseFigure(): string {
  const rooms = filesOfRooms();
  const boxes = Object.entries(WINGS).flatMap(([wing, title]) => [
    `  subgraph ${wing}["${title}"]`,
    ...[...rooms].filter(([room]) => room.startsWith(`${wing}/`)).map(([room, files]) => `    ${id(room)}["${room.split('/')[1]}<br/>${files} ${files === 1 ? 'file' : 'files'}"]`),
    '  end',
  ]);
  return ['```mermaid', 'flowchart TD', ...boxes, ...arrows(), '```'].join('\n');
}

function filesOfRooms(): Map<string, number> {
  const rooms = new Map<string, number>();
  for (const file of sources('src')) rooms.set(roomOf(file), (rooms.get(roomOf(file)) ?? 0) + 1);
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
  return room.replaceAll(/[/-]/g, '_');
}
