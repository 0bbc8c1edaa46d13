import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { readInput, STANDARD_INPUT } from '../../../adapters/command-line/input-file.ts';
import { positionOf, type Position } from '../../../core/policy/documents.ts';
import { errorText } from '../../../core/terms/error-text.ts';
import { stepsOfField } from '../../../core/terms/field-path.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { compose } from './compose.ts';
import { fieldPosition, pairAt } from './field.ts';

export type Members = Readonly<Record<string, unknown>>;

/** One object of a file, however it stands there: a document, or an item of a List. */
export interface Manifest {
  readonly file: string;
  /** The chart's template that it is made of, where the text says so as `helm template` writes it. */
  readonly source?: string;
  readonly object: Members;
  /** The object in the text, for whoever edits it. */
  readonly node: Node | null;
  /** Where a field of the object stands, or the nearest one around it. */
  positionOf(field: string): Position;
}

export interface Input {
  readonly manifests: readonly Manifest[];
  /** Files found in folders that hold something else than Kubernetes objects. */
  readonly strangers: readonly string[];
}

/** Of files that cannot be read so many are told at once. */
const MOST_FAULTS = 20;

const SUFFIX = /\.(ya?ml|json)$/i;
const HIDDEN = /(^|\/)(\.|node_modules\/)/;

/**
 * Reads files, every `.yaml`, `.yml` and `.json` of folders below, and `-` as standard input. Throws `InputFault`, also where one has
 * no object in it: what comes empty out of a pipe must not pass for reviewed.
 */
export async function readManifests(paths: readonly string[]): Promise<Input> {
  const manifests: Manifest[] = [];
  const strangers: string[] = [];
  const faults: InputFault[] = [];
  for (const path of paths) {
    const before = manifests.length + faults.length;
    for (const file of filesOf(path)) {
      try {
        const found = parseManifests(file, await readInput(file), file === path);
        if (found.length === 0) strangers.push(file);
        manifests.push(...found);
      } catch (error) {
        if (!(error instanceof InputFault)) throw error;
        faults.push(error);
      }
    }
    if (manifests.length + faults.length === before) faults.push(new InputFault('unfit', `${path}: there is no object in it, and at least one is expected`));
  }
  const [first] = faults;
  if (first !== undefined) throw new InputFault(first.code, faults.slice(0, MOST_FAULTS).map(({ message }) => message).join('\n'), first);
  return { manifests, strangers };
}

/**
 * Reads every object of a YAML or JSON text of one or more documents. Throws `InputFault`; what is no Kubernetes object at all is
 * one where the file was `named`, and else passed over: folders hold the values of charts, too.
 */
export function parseManifests(file: string, text: string, named = true): Manifest[] {
  const { documents, lines } = compose(file, text);
  let end = 0;
  return documents.flatMap((document) => {
    const source = sourceIn(text.slice(end, document.contents?.range?.[0]));
    end = document.range[2];
    return objectsOf(document.contents, valueOf(file, document, lines), { file, lines, named, ...(source === undefined ? {} : { source }) });
  });
}

/** The file itself, or of a folder all that may hold manifests. */
export function filesOf(path: string): string[] {
  if (path === STANDARD_INPUT || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => SUFFIX.test(name) && !HIDDEN.test(name)).sort().map((name) => join(path, name));
}

/** The last of the comments that lead to a document. */
function sourceIn(text: string): string | undefined {
  return [...text.matchAll(/^# Source: (\S+)\r?$/gm)].at(-1)?.[1];
}

function valueOf(file: string, document: Document.Parsed, lines: LineCounter): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias to nothing, or so many that they would fill the memory.
    throw misfit(document.contents, { file, lines }, errorText(error));
  }
}

interface Place extends Pick<Manifest, 'file' | 'source'> {
  readonly lines: LineCounter;
  readonly named: boolean;
}

function objectsOf(node: Node | null, value: unknown, place: Place): Manifest[] {
  if (value === null || value === undefined) return [];
  if (!isObject(value)) return foreign(node, place, Array.isArray(value) ? 'a list' : typeof value);
  const { apiVersion, kind, items } = value;
  if (apiVersion === undefined && kind === undefined) return foreign(node, place, 'one without apiVersion and kind');
  if (typeof kind !== 'string') throw misfit(node, place, 'expected a Kubernetes object, got one without a kind');
  if (typeof apiVersion !== 'string') throw misfit(node, place, `expected a Kubernetes object, got a ${kind} without an apiVersion`);
  if (kind.endsWith('List') && Array.isArray(items)) return itemsOf(node, items, typed(apiVersion, kind), place);
  const { file, source, lines } = place;
  return [{ file, ...(source === undefined ? {} : { source }), object: value, node, positionOf: (field) => fieldPosition(node, stepsOfField(field), lines) }];
}

/** A PodList names the kind of its items once, above them; a List leaves it to them. */
function typed(apiVersion: string, list: string): Members {
  return list === 'List' ? {} : { apiVersion, kind: list.slice(0, -'List'.length) };
}

function itemsOf(node: Node | null, items: readonly unknown[], common: Members, place: Place): Manifest[] {
  const nodes = isMap(node) ? pairAt(node, 'items')?.value : undefined;
  return items.flatMap((item, index) => {
    const at = isSeq(nodes) ? (nodes.items[index] as Node) : node;
    return objectsOf(at, isObject(item) ? { ...common, ...item } : item, { ...place, named: true });
  });
}

function foreign(node: Node | null, place: Place, got: string): Manifest[] {
  if (!place.named) return [];
  throw misfit(node, place, `expected a Kubernetes object, got ${got}`);
}

function misfit(node: Node | null, { file, lines }: Pick<Place, 'file' | 'lines'>, message: string): InputFault {
  const { line, column } = positionOf(lines, node);
  return new InputFault('unfit', `${file}:${line}:${column}: ${message}`);
}
