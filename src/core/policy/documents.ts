import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, visit, type Document, type Node, type Pair, type Range, type YAMLMap } from 'yaml';
import { composeWithin } from './bounded-yaml.ts';
import type { Path } from './problem.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text as YAML. */
export interface TextProblem extends Position {
  readonly message: string;
  readonly expected?: string;
}

/** One document of a file, as a value that JSON could hold. */
interface YamlDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest one around it; with `key`, where that key of it stands. */
  locate(path: Path, key?: string): Position;
}

/** Whether a word that has two meanings is fine as the value at these keys, such as `spec.tools.http.tls` (lists have none). */
type Harmless = (word: string, keys: string) => boolean;

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly TextProblem[];
}

/** Plain words that YAML 1.1 (kubectl) and YAML 1.2 read as different things. */
const AMBIGUOUS = new RegExp(`^(?:${[
  'y|n|yes|no|on|off',
  // Octal, binary, with underscores, and of base 60 (`7:23` is 443).
  '[+-]?(?:0[0-9_]+|0[bo][0-9_]+|[0-9]\\w*_\\w*|[0-9]+(?::[0-5]?[0-9])+)',
  // Without a sign in the exponent.
  '[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)e[0-9]+',
].join('|')})$`, 'i');

/**
 * Reads a file of one or more YAML 1.2 documents (JSON is one too). Refused with their position: duplicate keys, anchors,
 * aliases and tags (a policy says what it says where it stands, and no alias can make a bomb), and words that
 * other readers would take for a boolean or another number, unless `harmless` says that in this place both mean the same.
 */
export function readDocuments(text: string, harmless: Harmless = () => false): YamlFile {
  const lines = new LineCounter();
  const composed = composeWithin(text, lines);
  if ('message' in composed) return refused(composed.message, positionAt(lines, composed.offset));
  const documents = composed.documents.filter(({ contents, errors }) => errors.length > 0 || !isEmpty(contents));
  const problems = documents.flatMap((document) => documentProblems(document, lines, harmless));
  if (problems.length > 0) return { documents: [], problems };
  if (documents.length === 0) return refused('has no document in it', { line: 1, column: 1 });
  return { documents: documents.map((document) => yamlDocument(document, lines)), problems };
}

const refused = (message: string, position: Position): YamlFile => ({ documents: [], problems: [{ message, ...position }] });

const isEmpty = (contents: unknown): boolean => contents === null || (isScalar(contents) && contents.value === null);

function documentProblems(document: Document.Parsed, lines: LineCounter, harmless: Harmless): TextProblem[] {
  const found = syntaxProblems(document, lines);
  if (document.directives.yaml.version !== '1.2') found.push({ message: `declares YAML ${document.directives.yaml.version}`, expected: 'YAML 1.2', ...positionOf(lines, document) });
  visit(document, {
    Node(role, node, above) {
      const problem = nodeProblem(node) ?? ambiguity(node, (word) => role === 'value' && harmless(word, keysOf(above)));
      if (problem !== undefined) found.push({ ...problem, ...positionOf(lines, node) });
      if (isMap(node)) found.push(...repeatedKeys(node).map((key) => ({ message: 'this key stands in the mapping already', ...positionOf(lines, key) })));
    },
  });
  return found;
}

/** Keys that stand in the mapping before. */
export function repeatedKeys({ items }: YAMLMap): unknown[] {
  const seen = new Set<string | undefined>();
  return items.map(({ key }) => key).filter((key) => seen.size === seen.add(scalarText(key)).size);
}

/** The library says "Nested mappings are not allowed in compact mappings", which helps nobody who has only indented too far. */
const STRAY_KEY = { message: 'a key stands inside the value before it', expected: 'the indentation of the keys around it, or quotes around the whole value' };

/** One at each place: what the library finds besides at the same one follows from the first. */
export function syntaxProblems({ errors, warnings }: Document.Parsed, lines: LineCounter): TextProblem[] {
  const byOffset = new Map<number, TextProblem>();
  for (const { code, message, pos: [offset] } of [...errors, ...warnings]) {
    if (!byOffset.has(offset)) byOffset.set(offset, { ...(code === 'BLOCK_AS_IMPLICIT_KEY' ? STRAY_KEY : { message }), ...positionAt(lines, offset) });
  }
  return [...byOffset.values()];
}

function nodeProblem(node: Node): Omit<TextProblem, keyof Position> | undefined {
  if (isAlias(node)) return { message: `alias *${node.source} is refused`, expected: 'the value itself' };
  if (node.anchor !== undefined) return { message: `anchor &${node.anchor} is refused`, expected: 'the value without an anchor' };
  // The parser sets `tag` only where one was written.
  if (node.tag !== undefined) return { message: `tag ${node.tag} is refused`, expected: 'the value without a tag' };
  return undefined;
}

function ambiguity(node: Node, harmless: (word: string) => boolean): Omit<TextProblem, keyof Position> | undefined {
  if (!isScalar(node) || node.type !== 'PLAIN' || node.source === undefined || !AMBIGUOUS.test(node.source) || harmless(node.source)) return undefined;
  return { message: `${node.source} means different things to different readers of YAML`, expected: `"${node.source}" in quotes, or true, false or a plain number` };
}

const keysOf = (nodes: readonly unknown[]): string => nodes.flatMap((node) => (isPair(node) ? [scalarText(node.key)] : [])).join('.');

function yamlDocument(document: Document.Parsed, lines: LineCounter): YamlDocument {
  // A mapping is gone through once, however many places in it are asked for.
  const pairs = new WeakMap<YAMLMap, ReadonlyMap<string | undefined, Pair>>();
  const pairOf = (map: YAMLMap, key: string): Pair | undefined => {
    const known = pairs.get(map) ?? new Map(map.items.map((pair) => [scalarText(pair.key), pair]));
    pairs.set(map, known);
    return known.get(key);
  };
  const childOf = (node: unknown, part: string | number): unknown => {
    if (isMap(node)) return pairOf(node, String(part))?.value;
    return isSeq(node) ? node.items[Number(part)] : undefined;
  };
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    locate(path, key) {
      let node: unknown = document.contents;
      for (const part of path) {
        const next = childOf(node, part) ?? undefined;
        if (next === undefined) return positionOf(lines, node);
        node = next;
      }
      return positionOf(lines, key !== undefined && isMap(node) ? pairOf(node, key)?.key ?? node : node);
    },
  };
}

const scalarText = (node: unknown): string | undefined => (isScalar(node) ? String(node.value) : undefined);

export function positionOf(lines: LineCounter, node: unknown): Position {
  const range = typeof node === 'object' && node !== null && 'range' in node ? (node.range as Range | null | undefined) : undefined;
  return positionAt(lines, range?.[0] ?? 0);
}

export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
