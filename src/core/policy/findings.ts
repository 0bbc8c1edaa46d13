import type { z } from 'zod';
import { quoted } from '../address/quote.ts';
import { inWords, listed, schemaAt, type JsonSchema } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Finding, type Path } from './problem.ts';

interface Draft extends Finding {
  /** Any one of these keys, present, would have prevented the finding. */
  readonly needs?: readonly string[] | undefined;
}

/** A tool is of one protocol; each of these takes the place of `http` in versions that can enforce it. */
const PROTOCOLS: readonly string[] = ['llm', 'mcp', 'postgres', 'tcp'];

/** Turns what zod found wrong with `value` into findings, one for each mistake, in our words; `consequence` is said of unknown keys. */
export function findings(issues: readonly z.core.$ZodIssue[], value: unknown, schema: JsonSchema, consequence = ''): Finding[] {
  const drafts = issues.flatMap((issue) => draftsOf(issue, value, schema, consequence));
  const unknown = Map.groupBy(drafts.filter(({ key }) => key !== undefined), ({ path }) => formatPath(path));
  return drafts.filter((draft) => draft.needs === undefined || !unknown.get(formatPath(placeOf(draft)))?.some((other) => explains(other, draft.needs)));
}

function draftsOf(issue: z.core.$ZodIssue, value: unknown, root: JsonSchema, consequence: string): Draft[] {
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

function unknownKey(path: Path, key: string, schema: JsonSchema | undefined, consequence: string): Draft {
  const known = Object.keys(schema?.properties ?? {});
  return {
    path,
    key,
    message: `unknown key ${quoted(key)}${consequence}`,
    expected: known.length === 0 ? undefined : `one of ${listed(known)}`,
    nearest: nearest(key, known),
  };
}

function wrongValue(path: Path, found: unknown, schema: JsonSchema | undefined): Draft {
  const expected = schema === undefined ? undefined : inWords(schema);
  if (found === undefined) return { path, message: 'is missing', expected, needs: path.slice(-1).map(String) };
  const options = schema?.enum ?? (schema?.const === undefined ? [] : [schema.const]);
  const meant = typeof found === 'string' ? nearest(found, options) : bareText(found, schema);
  return { path, message: `is ${shown(found)}`, expected, nearest: meant };
}

/** `cpu: 2` where text is wanted, or an `off` that YAML 1.1 read as a boolean: the quotes are what is missing. */
function bareText(found: unknown, schema: JsonSchema | undefined): string | undefined {
  if (schema?.type !== 'string' || (typeof found !== 'number' && typeof found !== 'boolean')) return undefined;
  const text = found === false && schema.enum?.includes('off') === true ? 'off' : String(found);
  return schema.enum === undefined || schema.enum.includes(text) ? `"${text}"` : undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 80 ? `a text of ${value.length} characters` : quoted(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null) return 'empty';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** The mapping that a finding is about. */
const placeOf = ({ path, message }: Draft): Path => (message === 'is missing' ? path.slice(0, -1) : path);

/** A key that is misspelt is one mistake, not also the absence of the right one. Both are of the same mapping. */
function explains({ key, nearest: close }: Draft, needs: readonly string[] = []): boolean {
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
