import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { readInput, STANDARD_INPUT } from '../../../adapters/command-line/input-file.ts';
import { errorText } from '../../../core/terms/error-text.ts';

/** One object of a file, however it stands there: a document, or an item of a List. */
export interface Manifest {
  readonly file: string;
  readonly object: Members;
  /** The line on which a field of the object stands, or the nearest one around it. */
  lineOf(field: string): number;
}

export type Members = Readonly<Record<string, unknown>>;

const SUFFIX = /\.(ya?ml|json)$/i;

/**
 * Reads files, every `.yaml`, `.yml` and `.json` of folders below, and `-` as standard input. Throws `InputFault`, also where one has
 * no object in it: what comes empty out of a pipe must not pass for reviewed.
 */
export async function readManifests(paths: readonly string[]): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const path of paths) {
    const before = manifests.length;
    for (const file of filesOf(path)) manifests.push(...parseManifests(file, await readInput(file)));
    if (manifests.length === before) throw new InputFault('unfit', `${path}: there is no object in it, and at least one is expected`);
  }
  return manifests;
}

/** Reads every object of a YAML or JSON text of one or more documents. Throws `InputFault`. */
export function parseManifests(file: string, content: string): Manifest[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(content, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'silent' });
  const documents = 'empty' in parsed ? [] : parsed;
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) throw new InputFault('unfit', `${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return documents.flatMap((document) => objectsOf(document.contents, valueOf(file, document), file, lines));
}

function filesOf(path: string): string[] {
  if (path === STANDARD_INPUT || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => SUFFIX.test(name)).sort().map((name) => join(path, name));
}

function valueOf(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias to nothing, or so many that they would fill the memory.
    throw new InputFault('unfit', `${file}: ${errorText(error)}`);
  }
}

function objectsOf(node: Node | null, value: unknown, file: string, lines: LineCounter): Manifest[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw new InputFault('unfit', `${file}:${lineOf(node, [], lines)}: expected a Kubernetes object, got ${Array.isArray(value) ? 'a list' : typeof value}`);
  const object = value as Members;
  const items = object['items'];
  if (object['kind'] === 'List' && Array.isArray(items)) {
    const nodes = isMap(node) ? node.get('items', true) : undefined;
    return items.flatMap((item: unknown, index) => objectsOf(isSeq(nodes) ? (nodes.items[index] as Node) : node, item, file, lines));
  }
  if (typeof object['kind'] !== 'string') throw new InputFault('unfit', `${file}:${lineOf(node, [], lines)}: expected a Kubernetes object, got one without a kind`);
  return [{ file, object, lineOf: (field) => lineOf(node, stepsOf(field), lines) }];
}

/** `spec.containers[0].env["a.b"]` as keys and positions. */
function stepsOf(field: string): (string | number)[] {
  return [...field.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(([, index, quoted, plain]) => (index === undefined ? (quoted ?? plain ?? '') : Number(index)));
}

function lineOf(node: unknown, steps: readonly (string | number)[], lines: LineCounter): number {
  let nearest = node as Node | null;
  let line = startOf(nearest, lines);
  for (const step of steps) {
    const next = isMap(nearest) ? nearest.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const value: unknown = next === undefined ? (isSeq(nearest) ? nearest.items[Number(step)] : undefined) : next.value;
    if (next === undefined && value === undefined) return line;
    line = startOf((next?.key ?? value) as Node | null, lines);
    nearest = value as Node | null;
  }
  return line;
}

function startOf(node: Node | null, lines: LineCounter): number {
  return lines.linePos(node?.range?.[0] ?? 0).line;
}
