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
  new Scan(text).check();
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** One pass over text that is already known to be JSON: only strings and brackets have to be told apart. */
class Scan {
  readonly #text: string;
  /** Members seen in each open object; undefined for an open list. */
  readonly #open: (Set<string> | undefined)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  check(): void {
    let at = 0;
    while (at < this.#text.length) {
      at = this.#step(at);
    }
  }

  #step(at: number): number {
    switch (this.#text.charCodeAt(at)) {
      case QUOTE: {
        const end = this.#endOfString(at);
        if (this.#isKey(end)) this.#member(this.#text.slice(at, end));
        return end;
      }
      case OPEN_OBJECT:
        this.#enter(new Set());
        break;
      case OPEN_LIST:
        this.#enter(undefined);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.#open.pop();
        break;
    }
    return at + 1;
  }

  #enter(members: Set<string> | undefined): void {
    this.#open.push(members);
    if (this.#open.length > DEEPEST) {
      throw new ReviewFault('too-deep', `expected at most ${DEEPEST} levels of JSON, got more`);
    }
  }

  #endOfString(start: number): number {
    let at = start + 1;
    for (;;) {
      const end = this.#text.indexOf('"', at);
      if (this.#backslashesBefore(end) % 2 === 0) return end + 1;
      at = end + 1;
    }
  }

  #backslashesBefore(end: number): number {
    let count = 0;
    while (this.#text.charCodeAt(end - 1 - count) === BACKSLASH) count += 1;
    return count;
  }

  #isKey(end: number): boolean {
    let at = end;
    while (isSpace(this.#text.charCodeAt(at))) at += 1;
    return this.#text.charCodeAt(at) === COLON;
  }

  #member(literal: string): void {
    const name = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
    const members = this.#open.at(-1);
    if (name === '__proto__' || members?.has(name) === true) {
      throw new ReviewFault('duplicate-key', `expected each member once and none named __proto__, got ${quoted(name)}${name === '__proto__' ? '' : ' twice in one object'}`);
    }
    members?.add(name);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
