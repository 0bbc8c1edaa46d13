import { KINDS, STAMP } from './schema.ts';
import type { Content, Stamp } from './record.ts';
import type { RecordKind } from './schema.ts';
import type { Fields, Shape } from './shape.ts';
import { redactQuery } from './query.ts';
import { isPlain, safeText } from './text.ts';

type Encode = (value: unknown) => string;
type Source = Readonly<Record<string, unknown>>;

/**
 * One record as its line, without the newline: RFC 8785 canonical JSON. Whatever the draft's texts hold, a line comes out.
 *
 * Written by hand-laid tables (members sorted once, at load) because it is on the path of every call; a property test holds
 * it to be what a general canonicaliser makes of the same object.
 */
export function writeLine(content: Content, stamp: Stamp): string {
  return ENCODERS[content.kind](content as unknown as Source, stamp as unknown as Source);
}

const ENCODERS = Object.fromEntries(
  Object.entries(KINDS).map(([kind, fields]) => [kind, recordEncoder(fields)]),
) as Record<RecordKind, (content: Source, stamp: Source) => string>;

function recordEncoder(content: Fields): (content: Source, stamp: Source) => string {
  const members = sortedMembers({ ...content, ...STAMP }).map((member) => ({ ...member, stamped: member.name in STAMP }));
  return (from, stamp) => {
    let line = '';
    for (const { name, prefix, encode, stamped } of members) {
      const value = stamped ? stamp[name] : from[name];
      if (value !== undefined) line += `${line === '' ? '{' : ','}${prefix}${encode(value)}`;
    }
    return `${line}}`;
  };
}

/**
 * What is frozen through and through is encoded once: the agent, the rule and the snapshot are the same objects from call to call.
 */
function fieldsEncoder(fields: Fields): Encode {
  const encode = objectEncoder(fields);
  const known = new WeakMap<object, string>();
  return (value) => {
    const object = value as object;
    const before = known.get(object);
    if (before !== undefined) return before;
    const encoded = encode(object);
    if (isConstant(object)) known.set(object, encoded);
    return encoded;
  };
}

function isConstant(value: object): boolean {
  if (!Object.isFrozen(value)) return false;
  return Object.values(value).every((member) => typeof member !== 'object' || member === null || isConstant(member as object));
}

function objectEncoder(fields: Fields): Encode {
  const members = sortedMembers(fields);
  return (value) => {
    const from = value as Source;
    let object = '';
    for (const { name, prefix, encode } of members) {
      const member = from[name];
      if (member !== undefined) object += `${object === '' ? '{' : ','}${prefix}${encode(member)}`;
    }
    return object === '' ? '{}' : `${object}}`;
  };
}

function listEncoder(fields: Fields): Encode {
  const encode = objectEncoder(fields);
  return (value) => `[${(value as object[]).map(encode).join(',')}]`;
}

function sortedMembers(fields: Fields): { name: string; prefix: string; encode: Encode }[] {
  return Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { shape }]) => ({
      name,
      prefix: `${JSON.stringify(name)}:`,
      encode: name === 'query' ? (value) => text(redactQuery(value as string)) : encoder(shape),
    }));
}

function encoder(shape: Shape): Encode {
  switch (shape.is) {
    case 'text': return text;
    case 'word':
    case 'hash': return quoted;
    case 'integer':
    case 'version': return number;
    case 'milliseconds': return milliseconds;
    case 'boolean': return String;
    case 'integers': return (value) => `[${(value as number[]).map(number).join(',')}]`;
    case 'texts': return (value) => `[${(value as string[]).map(text).join(',')}]`;
    case 'facts': return facts;
    case 'list': return listEncoder(shape.fields);
    case 'fields': return fieldsEncoder(shape.fields);
  }
}

function text(value: unknown): string {
  return isPlain(value as string) ? `"${value as string}"` : JSON.stringify(safeText(value as string));
}

function quoted(value: unknown): string {
  return isPlain(value as string) ? `"${value as string}"` : JSON.stringify(value);
}

/** A caller's mistake must not lose the record: what is no finite number becomes -1, which no count and no duration is. */
function number(value: unknown): string {
  return Number.isFinite(value) ? String(value) : '-1';
}

function milliseconds(value: unknown): string {
  return number(Math.round((value as number) * 1000) / 1000);
}

/** Members in the order of RFC 8785 section 3.2.3 (UTF-16 units), which is that of JavaScript's own comparison. */
function facts(value: unknown): string {
  const members = new Map(Object.entries(value as Source).map(([name, fact]) => [safeText(name), fact]));
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, fact]) => `${JSON.stringify(name)}:${scalar(fact)}`).join(',')}}`;
}

function scalar(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return typeof value === 'boolean' ? String(value) : text(String(value));
}
