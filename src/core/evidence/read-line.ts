import { isUtf8 } from 'node:buffer';
import canonicalize from 'canonicalize';
import { isObject } from '../terms/is-object.ts';
import { leafHash } from './leaf.ts';
import type { LogRecord } from './record.ts';
import { KINDS, STAMP } from './schema.ts';
import type { Fields, Shape } from './shape.ts';

type LineFaultCode = 'not-utf8' | 'too-long' | 'not-json' | 'unknown-version' | 'wrong-shape' | 'not-canonical';

export type ReadLine =
  | { readonly ok: true; readonly record: LogRecord; readonly leaf: string }
  | { readonly ok: false; readonly code: LineFaultCode; readonly sentence: string; readonly leaf: string };

/** Bytes of the longest line that is read. The writer's own are far shorter: texts are cut. */
export const MAX_LINE = 8 * 1024 * 1024;

const KIND_FIELDS = new Map<unknown, Fields>(Object.entries(KINDS).map(([kind, fields]) => [kind, { ...fields, ...STAMP }]));

/**
 * Reads one line (without its newline) of a log that anybody may have edited. Accepts exactly what `writeLine` can have written:
 * the canonical spelling, the known fields, and no others.
 */
export function readLine(bytes: Uint8Array): ReadLine {
  if (bytes.length > MAX_LINE) return fault('too-long', `expected at most ${MAX_LINE} bytes, got ${bytes.length}`, '');
  if (!isUtf8(bytes)) return fault('not-utf8', 'expected UTF-8', '');
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const leaf = leafHash(line);
  const value = parsed(line);
  if (!isObject(value)) return fault('not-json', 'expected a JSON object', leaf);
  if (value['v'] !== 1) {
    return fault('unknown-version', `expected format version 1, got ${typeof value['v'] === 'number' ? value['v'] : 'none'}`, leaf);
  }
  const shapeFault = recordFault(value);
  if (shapeFault !== undefined) return fault('wrong-shape', shapeFault, leaf);
  // Safe only now: the shapes bound how deep the value is.
  if (!isCanonical(value, line)) return fault('not-canonical', 'expected the canonical spelling (RFC 8785) of the same record', leaf);
  return { ok: true, record: value as unknown as LogRecord, leaf };
}

function fault(code: LineFaultCode, sentence: string, leaf: string): ReadLine {
  return { ok: false, code, sentence, leaf };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function recordFault(value: Record<string, unknown>): string | undefined {
  const fields = KIND_FIELDS.get(value['kind']);
  if (fields === undefined) return `expected kind to be one of ${[...KIND_FIELDS.keys()].join(', ')}`;
  return fieldsFault(value, fields, '');
}

function fieldsFault(value: unknown, fields: Fields, path: string): string | undefined {
  if (!isObject(value)) return `expected ${path} to be an object`;
  for (const name in value) {
    if (!Object.hasOwn(fields, name)) return `expected no field ${path}${JSON.stringify(name)}`;
  }
  for (const name in fields) {
    const field = fields[name];
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (field === undefined || (member === undefined && field.optional)) continue;
    const fault = shapeFault(member, field.shape, path + name);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function shapeFault(value: unknown, shape: Shape, path: string): string | undefined {
  if (shape.is === 'fields') return fieldsFault(value, shape.fields, `${path}.`);
  if (shape.is === 'list') return listFault(value, shape.fields, path);
  return holds(value, shape) ? undefined : `expected ${path} to be ${describe(shape)}`;
}

function listFault(value: unknown, fields: Fields, path: string): string | undefined {
  if (!Array.isArray(value)) return `expected ${path} to be a list`;
  for (const [index, item] of value.entries()) {
    const fault = fieldsFault(item, fields, `${path}[${index}].`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function holds(value: unknown, shape: Exclude<Shape, { is: 'fields' | 'list' }>): boolean {
  switch (shape.is) {
    case 'text': return typeof value === 'string';
    case 'word': return typeof value === 'string' && shape.of.includes(value);
    case 'integer': return Number.isInteger(value);
    case 'version': return value === 1;
    case 'milliseconds': return typeof value === 'number';
    case 'boolean': return typeof value === 'boolean';
    case 'hash': return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
    case 'integers': return isListOf(value, Number.isInteger);
    case 'texts': return isListOf(value, (item) => typeof item === 'string');
    case 'facts': return isObject(value) && Object.values(value).every((fact) => ['string', 'number', 'boolean'].includes(typeof fact));
  }
}

function isListOf(value: unknown, holdsItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holdsItem);
}

/** A shape in words, for messages and for the reference page. */
export function describe(shape: Shape): string {
  switch (shape.is) {
    case 'word': return shape.of.map((word) => `\`${word}\``).join(' or ');
    case 'hash': return '64 hex digits';
    case 'version': return '1';
    case 'integers': return 'a list of integers';
    case 'texts': return 'a list of texts';
    case 'list': return 'a list of objects';
    case 'facts': return 'an object of texts, numbers and booleans';
    case 'fields': return 'an object';
    case 'integer': return 'an integer';
    default: return shape.is;
  }
}

/**
 * Cheap for what the writer made; the general canonicaliser is asked only where the cheap answer is no, or could be wrong:
 * JSON.stringify spells a lone surrogate `\\ud800`, which RFC 8785 does not have.
 */
function isCanonical(value: Record<string, unknown>, line: string): boolean {
  if (!line.includes('\\ud') && isSorted(value) && JSON.stringify(value) === line) return true;
  try {
    return canonicalize(value) === line;
  } catch {
    return false;
  }
}

function isSorted(value: Record<string, unknown>): boolean {
  let before = '';
  for (const name in value) {
    if (name < before) return false;
    before = name;
    const member = value[name];
    if (isObject(member) && !isSorted(member)) return false;
    if (Array.isArray(member) && !member.every((item) => !isObject(item) || isSorted(item))) return false;
  }
  return true;
}
