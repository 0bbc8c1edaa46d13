import { quoted } from '../../core/terms/quote.ts';
import { ReviewFault } from './fault.ts';

/** Deeper than any object of the API; checks walk objects by recursion. */
const DEEPEST = 100;

/**
 * Reads bytes as JSON (RFC 8259) that has one meaning only: UTF-8 without a byte order mark, no member named twice in one object
 * (readers differ on which one counts), none named `__proto__`, at most 100 levels.
 *
 * Throws `ReviewFault`.
 */
export function readStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parse(text);
  // Of members with one name JSON.parse keeps the last. To count is all that a body takes which has none.
  if (membersOf(value, 1) !== namesIn(text)) throw new ReviewFault('duplicate-key', `expected each member once and none named __proto__, got ${quoted(firstTwice(text))} twice in one object`);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ReviewFault('not-utf8', 'expected the body in UTF-8, got other bytes');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReviewFault('not-json', `expected one JSON value, got something else: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
}

/** How many members a value has, and all below it. */
function membersOf(value: unknown, level: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (level > DEEPEST) throw new ReviewFault('too-deep', `expected at most ${DEEPEST} levels of JSON, got more`);
  let count = 0;
  if (Array.isArray(value)) {
    for (const one of value) count += membersOf(one, level + 1);
    return count;
  }
  for (const name in value) {
    if (name === '__proto__') throw new ReviewFault('duplicate-key', 'expected each member once and none named __proto__, got "__proto__"');
    count += 1 + membersOf(value[name as keyof typeof value], level + 1);
  }
  return count;
}

/** How many members a text, already known to be JSON, writes. */
function namesIn(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start);
    if (isName(text, end)) count += 1;
    start = text.indexOf('"', end);
  }
  return count;
}

/** The first name that one object of such a text has twice; there is one. */
function firstTwice(text: string): string {
  /** Names seen in each open object, and in each open list none. */
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '{' || character === '[') open.push(new Set());
    if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const end = endOfString(text, at);
    const name = isName(text, end) ? String(JSON.parse(text.slice(at, end))) : undefined;
    if (name !== undefined && open.at(-1)?.has(name) === true) return name;
    if (name !== undefined) open.at(-1)?.add(name);
    at = end - 1;
  }
  return '';
}

const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Where the string ends that begins at `start`: after its quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (backslashesBefore(text, end) % 2 === 1) end = text.indexOf('"', end + 1);
  return end + 1;
}

function backslashesBefore(text: string, end: number): number {
  let count = 0;
  while (text.charCodeAt(end - 1 - count) === BACKSLASH) count += 1;
  return count;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return text.charCodeAt(at) === COLON;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
