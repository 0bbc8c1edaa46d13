import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit, type Document, type Node, type Range } from 'yaml';
import type { Path } from './problem.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text as YAML. */
interface TextProblem extends Position {
  readonly message: string;
  readonly expected?: string;
}

/** One document of a file, as a value that JSON could hold. */
interface YamlDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest one around it; with `key`, where that key of it stands. */
  locate(path: Path, key?: string): Position;
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly TextProblem[];
}

const LARGEST_FILE = 1024 * 1024;

/** Plain words that YAML 1.1 (kubectl) and YAML 1.2 read as different things. */
const AMBIGUOUS = /^(?:y|n|yes|no|on|off|[+-]?0[0-9_]+|[+-]?[0-9][0-9_]*_[0-9_]*)$/i;

/**
 * Reads a file of one or more YAML 1.2 documents (JSON is one too). Refused with their position: duplicate keys, anchors,
 * aliases and tags (a policy says what it says where it stands, and no alias can make a bomb), and words that
 * other readers would take for a boolean or another number.
 */
export function readDocuments(text: string): YamlFile {
  if (text.length > LARGEST_FILE) return refused(`is longer than ${LARGEST_FILE} characters`);
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'silent', version: '1.2' });
    const documents = 'empty' in parsed ? [] : parsed.filter(({ contents, errors }) => errors.length > 0 || !isEmpty(contents));
    if (documents.some(tooDeep)) return refused('is nested too deeply');
    const problems = documents.flatMap((document) => documentProblems(document, lines));
    if (problems.length > 0) return { documents: [], problems };
    if (documents.length === 0) return refused('has no document in it');
    return { documents: documents.map((document) => yamlDocument(document, lines)), problems };
  } catch (error) {
    if (error instanceof RangeError) return refused('is nested too deeply');
    throw error;
  }
}

const refused = (message: string): YamlFile => ({ documents: [], problems: [{ line: 1, column: 1, message }] });

const isEmpty = (contents: unknown): boolean => contents === null || (isScalar(contents) && contents.value === null);

/** The YAML library recurses, and reports `[[[[...` as an overflow of its stack: an error, or thousands. */
const tooDeep = ({ errors }: Document.Parsed): boolean => errors.some(({ message }) => message.includes('call stack'));

function documentProblems(document: Document.Parsed, lines: LineCounter): TextProblem[] {
  const found = syntaxProblems(document, lines);
  if (document.directives.yaml.version !== '1.2') found.push({ message: `declares YAML ${document.directives.yaml.version}`, expected: 'YAML 1.2', ...positionOf(lines, document) });
  visit(document, {
    Node(_, node) {
      const problem = nodeProblem(node);
      if (problem !== undefined) found.push({ ...problem, ...positionOf(lines, node) });
    },
  });
  return found;
}

/** One at each place: what the library finds besides at the same one follows from the first. */
function syntaxProblems({ errors, warnings }: Document.Parsed, lines: LineCounter): TextProblem[] {
  const byOffset = new Map<number, TextProblem>();
  for (const { code, message, pos: [offset] } of [...errors, ...warnings]) {
    const said = code === 'DUPLICATE_KEY' ? 'this key stands in the mapping already' : message;
    if (!byOffset.has(offset)) byOffset.set(offset, { message: said, ...positionAt(lines, offset) });
  }
  return [...byOffset.values()];
}

function nodeProblem(node: Node): Omit<TextProblem, keyof Position> | undefined {
  if (isAlias(node)) return { message: `alias *${node.source} is refused`, expected: 'the value itself' };
  if (node.anchor !== undefined) return { message: `anchor &${node.anchor} is refused`, expected: 'the value without an anchor' };
  // The parser sets `tag` only where one was written.
  if (node.tag !== undefined) return { message: `tag ${node.tag} is refused`, expected: 'the value without a tag' };
  if (!isScalar(node) || node.type !== 'PLAIN' || node.source === undefined || !AMBIGUOUS.test(node.source)) return undefined;
  return { message: `${node.source} means different things to different readers of YAML`, expected: `"${node.source}" in quotes, or true, false or a plain number` };
}

function yamlDocument(document: Document.Parsed, lines: LineCounter): YamlDocument {
  return {
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    locate(path, key) {
      let node: unknown = document.contents;
      for (const part of path) {
        const next = childOf(node, part);
        if (next === undefined) return positionOf(lines, node);
        node = next;
      }
      return positionOf(lines, key === undefined ? node : keyOf(node, key) ?? node);
    },
  };
}

function childOf(node: unknown, part: string | number): unknown {
  if (!isMap(node)) return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items) ? (node.items as unknown[])[Number(part)] : undefined;
  return node.items.find((pair) => isPair(pair) && scalarText(pair.key) === String(part))?.value ?? undefined;
}

function keyOf(node: unknown, key: string): unknown {
  return isMap(node) ? node.items.find((pair) => scalarText(pair.key) === key)?.key : undefined;
}

const scalarText = (node: unknown): string | undefined => (isScalar(node) ? String(node.value) : undefined);

function positionOf(lines: LineCounter, node: unknown): Position {
  const range = typeof node === 'object' && node !== null && 'range' in node ? (node.range as Range | null | undefined) : undefined;
  return positionAt(lines, range?.[0] ?? 0);
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
