/** Longest text in a record, in UTF-16 units; what is over is cut, and how much is said. */
const MAX_TEXT = 65_536;

const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Control bytes, bidirectional and line controls (they rewrite what a terminal or an editor shows), lone surrogates (RFC 8785
 * has no form for them), and the escape itself, so that no two texts become one.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\\(?=u\{)/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, 'gu');
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Whether the text stands in JSON, and in a record, as it is: printable ASCII without quote and backslash. Nearly every text is. */
export function isPlain(value: string): boolean {
  return value.length <= MAX_TEXT && PLAIN.test(value);
}

/** The text as it may stand in a record: every unsafe character as `\u{hex}`. Takes whatever bytes or header gave; never throws. */
export function safeText(value: string): string {
  if (value.length > MAX_TEXT) {
    return `${escaped(value.slice(0, MAX_TEXT))}\\u{cut ${value.length - MAX_TEXT}}`;
  }
  return UNSAFE.test(value) ? escaped(value) : value;
}

/** For a terminal: the text of a record as it stands, but for what a record made by somebody else could do to the terminal. */
export function printableText(value: string): string {
  return value.replace(UNPRINTABLE, escape);
}

function escaped(value: string): string {
  return value.replace(EVERY_UNSAFE, escape);
}

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
