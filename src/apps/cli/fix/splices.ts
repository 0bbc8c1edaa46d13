import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { same } from '../../../core/checks/differences.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { pairAt } from '../manifest/field.ts';
import { blockLines, flowEntries, flowText, type Handwriting } from './handwriting.ts';

/** `text` in place of what stands from `at` up to `end`, both counted in characters. */
export interface Splice {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** A text, and how it is written. */
export interface Page {
  readonly text: string;
  readonly hand: Handwriting;
}

/**
 * What has to be written where so that a node that says `before` says `after`. Nothing is written anew that stays as it is: entries are
 * added below the last one of their mapping, elements behind the last of their list, and of what changes only the scalar is replaced.
 *
 * What an alias stands for is left to its anchor, and what cannot be written this way (a list that gets shorter, a value that is merged
 * in) is left out: whoever asks has to read the result and compare.
 */
export function splicesFor(node: unknown, before: unknown, after: unknown, page: Page): Splice[] {
  if (same(before, after) || isAlias(node)) return [];
  if (isMap(node) && isObject(before) && isObject(after)) return inMap(node, before, after, page);
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after) && after.length >= before.length) return inSeq(node, before, after, page);
  const range = rangeOf(node);
  return isScalar(node) && range !== undefined ? [{ at: range[0], end: range[1], text: flowText(after, page.hand) }] : [];
}

/** The text with all splices made. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { at, end, text: put } of splices.toSorted((a, b) => a.at - b.at)) {
    parts.push(text.slice(from, at), put);
    from = end;
  }
  return [...parts, text.slice(from)].join('');
}

type Members = Readonly<Record<string, unknown>>;

/** What is further inside comes first: of two insertions at the same place the deeper one has to stand above. */
function inMap(map: YAMLMap, before: Members, after: Members, page: Page): Splice[] {
  const changed = Object.keys(after).filter((key) => Object.hasOwn(before, key)).flatMap((key) => {
    const pair = pairAt(map, key);
    return pair === undefined ? [] : inPair(pair, before[key], after[key], page);
  });
  const added = Object.entries(after).filter(([key]) => !Object.hasOwn(before, key));
  if (added.length === 0) return changed;
  return [...changed, ...(map.flow === true ? addedInBraces(map, added, page) : addedBelow(map, added, page))];
}

function inPair(pair: Pair, before: unknown, after: unknown, page: Page): Splice[] {
  if (same(before, after)) return [];
  const value = rangeOf(pair.value);
  const isNothing = pair.value === null || (isScalar(pair.value) && pair.value.value === null && (value === undefined || value[0] === value[1]));
  if (!isNothing) return splicesFor(pair.value, before, after, page);
  const key = rangeOf(pair.key);
  const colon = key === undefined ? -1 : page.text.indexOf(':', key[1]);
  return colon < 0 ? [] : [{ at: colon + 1, end: colon + 1, text: ` ${flowText(after, page.hand)}` }];
}

function addedBelow(map: YAMLMap, added: readonly [string, unknown][], { text, hand }: Page): Splice[] {
  const first = rangeOf(map.items[0]?.key);
  const end = endOfPair(map.items.at(-1));
  if (first === undefined || end === undefined) return [];
  const at = lineEnd(text, end);
  return [{ at, end: at, text: blockLines(added, columnOf(text, first[0]), hand).map((line) => hand.newline + line).join('') }];
}

function addedInBraces(map: YAMLMap, added: readonly [string, unknown][], { text, hand }: Page): Splice[] {
  const range = rangeOf(map);
  const last = map.items.at(-1);
  if (range === undefined) return [];
  if (last === undefined) return [{ at: range[0], end: range[1], text: flowText(Object.fromEntries(added), hand) }];
  const [key, end] = [rangeOf(last.key), endOfPair(last)];
  if (key === undefined || end === undefined) return [];
  const column = columnOf(text, key[0]);
  const ownLine = text.slice(key[0] - column, key[0]).trim() === '' && text.slice(0, key[0] - column).endsWith('\n');
  const put = ownLine ? added.map((entry) => `,${hand.newline}${' '.repeat(column)}${indented(entry, column, hand)}`).join('') : `, ${flowEntries(added, hand)}`;
  return [{ at: end, end, text: put }];
}

/** JSON that stands on many lines goes on doing so. */
function indented([key, value]: readonly [string, unknown], column: number, hand: Handwriting): string {
  if (!hand.json) return flowEntries([[key, value]], hand);
  return `${JSON.stringify(key)}: ${JSON.stringify(value, undefined, hand.unit).replaceAll('\n', `${hand.newline}${' '.repeat(column)}`)}`;
}

function inSeq(seq: YAMLSeq, before: readonly unknown[], after: readonly unknown[], page: Page): Splice[] {
  const changed = before.flatMap((one, index) => splicesFor(seq.items[index], one, after[index], page));
  const added = after.slice(before.length);
  if (added.length === 0) return changed;
  const [range, last] = [rangeOf(seq), rangeOf(seq.items.at(-1))];
  if (range === undefined) return changed;
  if (last === undefined) return [...changed, { at: range[0], end: range[1], text: flowText(added, page.hand) }];
  if (seq.flow === true) return [...changed, { at: last[1], end: last[1], text: added.map((one) => `, ${flowText(one, page.hand)}`).join('') }];
  const dash = page.text.lastIndexOf('-', last[0] - 1);
  const at = lineEnd(page.text, last[1]);
  return [...changed, { at, end: at, text: added.map((one) => `${page.hand.newline}${' '.repeat(columnOf(page.text, dash))}- ${flowText(one, page.hand)}`).join('') }];
}

function rangeOf(node: unknown): readonly [start: number, end: number] | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start, end] = node.range as readonly number[];
  return start === undefined || end === undefined ? undefined : [start, end];
}

function endOfPair(pair: Pair | undefined): number | undefined {
  return (rangeOf(pair?.value) ?? rangeOf(pair?.key))?.[1];
}

/** Where the line ends in which something ends that may have taken its line break with it. */
function lineEnd(text: string, end: number): number {
  const found = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end);
  const at = found < 0 ? text.length : found;
  return text[at - 1] === '\r' ? at - 1 : at;
}

function columnOf(text: string, at: number): number {
  return at - startOfLine(text, at);
}

export function startOfLine(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}
