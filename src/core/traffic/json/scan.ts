import { quoted } from '../../terms/quote.ts';
import { JsonFault } from './fault.ts';
import { checkNumber } from './number.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const SMALL_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Letters that may follow a backslash, besides `u` (RFC 8259 section 7). */
const ESCAPES = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/**
 * Walks over UTF-8 bytes that are to be one JSON value (RFC 8259), and throws `JsonFault` at the first byte that makes it none, or that
 * makes it one which two readers would read differently.
 */
export class Scan {
  readonly #bytes: Buffer;
  readonly #deepest: number;
  readonly #strict: boolean;
  #at = 0;
  #depth = 0;
  /** Of the string read last: it has an escape in it, or a byte whose case could be folded. */
  #escaped = false;
  #foldable = false;

  /** Not `strict`: texts and numbers may be what readers differ in; members may not. */
  constructor(bytes: Buffer, deepest: number, strict: boolean) {
    this.#bytes = bytes;
    this.#deepest = deepest;
    this.#strict = strict;
  }

  check(): void {
    this.#space();
    if (this.#at === this.#bytes.length) throw new JsonFault('empty', this.#at, 'expected a JSON value, got nothing');
    this.#value();
    this.#space();
    if (this.#at < this.#bytes.length) throw this.#fault('trailing-bytes', 'expected one JSON value and nothing after it');
  }

  #value(): void {
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === OPEN_OBJECT) return this.#object();
    if (byte === OPEN_LIST) return this.#list();
    if (byte === MINUS || isDigit(byte)) return this.#number();
    const literal = LITERALS.find((word) => this.#bytes.subarray(this.#at, this.#at + word.length).equals(word));
    if (literal === undefined) throw this.#fault('syntax', 'expected a JSON value');
    this.#at += literal.length;
  }

  #object(): void {
    this.#enter();
    const seen = new Map<string, string>();
    if (!this.#takes(CLOSE_OBJECT)) {
      do {
        this.#space();
        this.#member(seen);
        this.#space();
        this.#expect(COLON);
        this.#space();
        this.#value();
        this.#space();
      } while (this.#takes(COMMA));
      this.#expect(CLOSE_OBJECT);
    }
    this.#depth -= 1;
  }

  #list(): void {
    this.#enter();
    if (!this.#takes(CLOSE_LIST)) {
      do {
        this.#space();
        this.#value();
        this.#space();
      } while (this.#takes(COMMA));
      this.#expect(CLOSE_LIST);
    }
    this.#depth -= 1;
  }

  /** Past the opening bracket and the space after it. */
  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#deepest) throw this.#fault('too-deep', `expected at most ${this.#deepest} levels`);
    this.#at += 1;
    this.#space();
  }

  #member(seen: Map<string, string>): void {
    const start = this.#at;
    if (this.#bytes[start] !== QUOTE) throw this.#fault('syntax', 'expected the name of a member in double quotes');
    this.#string();
    const name = this.#text(start);
    if (name === '__proto__') throw new JsonFault('key-forbidden', start, 'expected no member named "__proto__"');
    const folded = this.#foldable && this.#strict ? folding(name) : name;
    const twin = seen.get(folded);
    if (twin === name) throw new JsonFault('key-twice', start, `expected each member once, got ${quoted(name)} twice in one object`);
    if (twin !== undefined) throw new JsonFault('key-case-twins', start, `expected members that differ in more than case, got ${quoted(twin)} and ${quoted(name)} in one object`);
    seen.set(folded, name);
  }

  /** What the string that was just read says. */
  #text(start: number): string {
    if (this.#escaped) return String(JSON.parse(this.#bytes.toString('utf8', start, this.#at)));
    return this.#bytes.toString('utf8', start + 1, this.#at - 1);
  }

  #string(): void {
    const bytes = this.#bytes;
    let escaped = false;
    let foldable = false;
    let at = this.#at + 1;
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[at]) {
      if (byte === undefined || byte < 0x20) {
        this.#at = at;
        throw this.#fault('syntax', 'expected the rest of a string');
      }
      if (byte === BACKSLASH) {
        escaped = true;
        foldable = true;
        at = this.#escape(at);
      } else {
        foldable ||= byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a);
        at += 1;
      }
    }
    this.#at = at + 1;
    this.#escaped = escaped;
    this.#foldable = foldable;
  }

  /** Behind the escape at `at`, which for a surrogate is one of two. */
  #escape(at: number): number {
    const letter = this.#bytes[at + 1];
    if (letter !== SMALL_U) {
      if (letter !== undefined && ESCAPES.has(letter)) return at + 2;
      this.#at = at;
      throw this.#fault('syntax', 'expected an escape of RFC 8259');
    }
    const unit = this.#unit(at);
    if (unit < 0xd800 || unit > 0xdfff || !this.#strict) return at + 6;
    const low = unit < 0xdc00 && this.#bytes[at + 6] === BACKSLASH && this.#bytes[at + 7] === SMALL_U ? this.#unit(at + 6) : 0;
    if (low < 0xdc00 || low > 0xdfff) throw new JsonFault('lone-surrogate', at, 'expected both halves of a surrogate pair, got one');
    return at + 12;
  }

  /** Of `\uXXXX` at `at`. */
  #unit(at: number): number {
    const digits = this.#bytes.toString('latin1', at + 2, at + 6);
    if (/^[0-9A-Fa-f]{4}$/.test(digits)) return Number.parseInt(digits, 16);
    this.#at = at;
    throw this.#fault('syntax', 'expected four hexadecimal digits after \\u');
  }

  #number(): void {
    const start = this.#at;
    let at = start + 1;
    while (isOfNumber(this.#bytes[at])) at += 1;
    checkNumber(this.#bytes.toString('latin1', start, at), start, this.#strict);
    this.#at = at;
  }

  #space(): void {
    let byte = this.#bytes[this.#at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = this.#bytes[this.#at += 1];
  }

  #takes(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#takes(byte)) throw this.#fault('syntax', `expected ${quoted(String.fromCharCode(byte))}`);
  }

  #fault(code: JsonFault['code'], expected: string): JsonFault {
    const byte = this.#bytes[this.#at];
    return new JsonFault(code, this.#at, `${expected}, got ${byte === undefined ? 'the end' : quoted(String.fromCharCode(byte))}`);
  }
}

/** The same for all names that some reader takes for one: case is folded as Go's encoding/json does it, and a little wider. */
export function folding(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Digits, sign, point and exponent; letters around them too, so that `1x` is one wrong number and not a number and something. */
function isOfNumber(byte: number | undefined): boolean {
  return byte !== undefined && (isDigit(byte) || byte === 0x2b || byte === MINUS || byte === 0x2e || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}
