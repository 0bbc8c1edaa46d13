import { spliced, startOfLine, type Splice } from './splices.ts';

/** Lines with their line breaks. */
type Lines = readonly string[];

interface Region {
  /** First line that changes, counted from 0. */
  readonly from: number;
  readonly old: Lines;
  readonly new: Lines;
}

const CONTEXT = 3;

/**
 * The splices of a text as a unified diff, as `diff -u` writes it and `git apply` takes it; empty where there are none. What changed
 * is known and need not be searched for.
 */
export function unifiedDiff(file: string, text: string, splices: readonly Splice[]): string {
  const lines = linesOf(text);
  const regions = regionsOf(text, splices.toSorted((a, b) => a.at - b.at));
  let shift = 0;
  const hunks = grouped(regions).map((group) => {
    const hunk = hunkOf(group, lines, shift);
    shift += group.reduce((sum, region) => sum + region.new.length - region.old.length, 0);
    return hunk;
  });
  return hunks.length === 0 ? '' : [`--- a/${file}\n`, `+++ b/${file}\n`, ...hunks].join('');
}

/** Splices that share a line are one region. */
function regionsOf(text: string, splices: readonly Splice[]): Region[] {
  const spans: { from: number; to: number; splices: Splice[] }[] = [];
  for (const splice of splices) {
    const [from, to] = [startOfLine(text, splice.at), endOfLine(text, splice.end)];
    const last = spans.at(-1);
    if (last !== undefined && from < last.to) {
      last.to = Math.max(last.to, to);
      last.splices.push(splice);
    } else spans.push({ from, to, splices: [splice] });
  }
  let [line, counted] = [0, 0];
  return spans.map(({ from, to, splices: inside }) => {
    line += text.slice(counted, from).split('\n').length - 1;
    counted = from;
    const old = text.slice(from, to);
    const changed = spliced(old, inside.map(({ at, end, text: put }) => ({ at: at - from, end: end - from, text: put })));
    return trimmed({ from: line, old: linesOf(old), new: linesOf(changed) });
  });
}

function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** Without the lines at both ends that stay. */
function trimmed({ from, old, new: changed }: Region): Region {
  let start = 0;
  while (start < old.length && start < changed.length && old[start] === changed[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < changed.length - start && old.at(-1 - end) === changed.at(-1 - end)) end += 1;
  return { from: from + start, old: old.slice(start, old.length - end), new: changed.slice(start, changed.length - end) };
}

/** Regions whose context would touch stand in one hunk. */
function grouped(regions: readonly Region[]): Region[][] {
  const groups: Region[][] = [];
  for (const region of regions) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && region.from - (last.from + last.old.length) <= 2 * CONTEXT) groups.at(-1)?.push(region);
    else groups.push([region]);
  }
  return groups;
}

function hunkOf(regions: readonly Region[], lines: Lines, shift: number): string {
  const [first, last] = [regions[0], regions.at(-1)];
  if (first === undefined || last === undefined) return '';
  const from = Math.max(0, first.from - CONTEXT);
  const to = Math.min(lines.length, last.from + last.old.length + CONTEXT);
  const body: string[] = [];
  let at = from;
  for (const region of regions) {
    body.push(...marked(' ', lines.slice(at, region.from)), ...marked('-', region.old), ...marked('+', region.new));
    at = region.from + region.old.length;
  }
  body.push(...marked(' ', lines.slice(at, to)));
  const added = regions.reduce((sum, region) => sum + region.new.length - region.old.length, 0);
  return `@@ -${place(from, to - from)} +${place(from + shift, to - from + added)} @@\n${body.join('')}`;
}

/** Of no lines the one before is named, as `diff` does. */
function place(from: number, count: number): string {
  return `${count === 0 ? from : from + 1}${count === 1 ? '' : `,${count}`}`;
}

function marked(mark: string, lines: Lines): string[] {
  return lines.map((line) => `${mark}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`);
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}
