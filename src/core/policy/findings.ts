import type { z } from 'zod';
import { quoted } from '../terms/quote.ts';
import { inWords, listed, schemaAt, type JsonSchema } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Finding, type Path } from './problem.ts';

interface Draft extends Finding {
  /** Any one of these keys, present in the mapping at `place`, would have prevented the finding. */
  readonly needs?: readonly string[] | undefined;
  /** Absent: the finding's own path. */
  readonly place?: Path;
}

const LONGEST_SHOWN = 80;

/** A tool is of one protocol; each of these is one in versions that can enforce it. */
const PROTOCOLS: readonly string[] = ['postgres'];

/** Turns what zod found wrong with `value` into findings, one for each mistake, in our words; `consequence` is said of unknown keys. */
export function findings(issues: readonly z.core.$ZodIssue[], value: unknown, schema: JsonSchema, consequence: Consequence = () => ''): Finding[] {
  const drafts = issues.flatMap((issue) => draftsOf(issue, value, schema, consequence));
  const unknown = Map.groupBy(drafts.filter(({ key }) => key !== undefined), ({ path }) => formatPath(path));
  return drafts.filter(({ path, place = path, needs }) => needs === undefined || !unknown.get(formatPath(place))?.some((other) => explains(other, needs)));
}

/** What follows from a key that is not known, as the end of a sentence. */
type Consequence = (path: Path, key: string) => string;

function draftsOf(issue: z.core.$ZodIssue, value: unknown, root: JsonSchema, consequence: Consequence): Draft[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const schema = schemaAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, schema, consequence));
    case 'custom':
      return [{ path, message: issue.message, ...advice(issue.params) }];
    case 'invalid_key':
      return issue.issues.flatMap((inner) => (inner.code === 'custom' ? [{ path, message: `the key ${inner.message}`, ...advice(inner.params) }] : []));
    default:
      return [wrongValue(path, valueAt(value, path), schema)];
  }
}

function unknownKey(path: Path, key: string, schema: JsonSchema | undefined, consequence: Consequence): Draft {
  const known = Object.keys(schema?.properties ?? {});
  return {
    path,
    key,
    message: `unknown key ${quoted(key)}${consequence(path, key)}`,
    expected: known.length === 0 ? undefined : `one of ${listed(known)}`,
    nearest: nearest(key, known),
  };
}

function wrongValue(path: Path, found: unknown, schema: JsonSchema | undefined): Draft {
  const expected = schema === undefined ? undefined : inWords(schema);
  if (found === undefined) return { path, place: path.slice(0, -1), message: `is missing${purpose(schema)}`, expected, needs: path.slice(-1).map(String) };
  return { path, message: `is ${shown(found)}`, expected, nearest: schema === undefined ? undefined : meant(found, schema) };
}

/** What a key is for: the first sentence of its description. */
function purpose(schema: JsonSchema | undefined): string {
  const [, first, rest] = /^(.)([^.;]*)/s.exec(schema?.description ?? '') ?? [];
  return first === undefined || rest === undefined ? '' : `: ${first.toLowerCase()}${rest}`;
}

/** The value that was probably meant by one of another kind: quotes, brackets or a word are what is wrong. */
function meant(found: unknown, schema: JsonSchema): string | undefined {
  if (schema.type === 'array') return typeof found === 'string' || typeof found === 'number' ? `[${String(found).slice(0, LONGEST_SHOWN)}]` : undefined;
  const options = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  if (typeof found === 'string') return schema.type === 'string' ? nearest(found, options) : unquoted(found);
  return schema.type === 'string' && (typeof found === 'number' || typeof found === 'boolean') ? inQuotes(found, options) : undefined;
}

const unquoted = (found: string): string | undefined => (/^(?:[1-9][0-9]{0,9}|true|false)$/.test(found) ? `${found} without quotes` : undefined);

function inQuotes(found: number | boolean, options: readonly string[]): string | undefined {
  // YAML 1.1 reads a bare `off` as false.
  const text = found === false && options.includes('off') ? 'off' : String(found);
  return options.length === 0 || options.includes(text) ? `"${text}"` : undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > LONGEST_SHOWN ? `a text of ${value.length} characters` : quoted(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return 'empty';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** A key that is misspelt is one mistake, not also the absence of the right one. Both are of the same mapping. */
function explains({ key, nearest: close }: Draft, needs: readonly string[]): boolean {
  const meant = key !== undefined && PROTOCOLS.includes(key) ? 'http' : close;
  return meant !== undefined && needs.includes(meant);
}

const text = (member: unknown): string | undefined => (typeof member === 'string' ? member : undefined);

function advice(params: Record<string, unknown> | undefined): Pick<Draft, 'expected' | 'nearest' | 'needs'> {
  const needs = params?.['needs'];
  return { expected: text(params?.['expected']), nearest: text(params?.['nearest']), needs: Array.isArray(needs) ? needs.map(String) : undefined };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => (typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<string | number, unknown>)[part] : undefined), value);
}
