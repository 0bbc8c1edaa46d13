import { quoted } from '../../terms/quote.ts';

/** A byte table: 1 where the byte belongs to the set. */
export type CharacterSet = Uint8Array;

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function setOf(characters: string): CharacterSet {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

function setFrom(includes: (byte: number) => boolean): CharacterSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (includes(byte) ? 1 : 0));
}

/** RFC 9110 section 5.6.2. */
export const TOKEN = setOf(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`);

/**
 * RFC 9110 section 5.5: tab, space, visible ASCII, and bytes from 0x80 on.
 * The last are let through as the same bytes (latin1 both ways): they cannot bear on framing, and servers do send UTF-8 in fields.
 */
export const FIELD_VALUE = setFrom((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f));

/** Visible ASCII but `#`: a fragment never goes on the wire, and what servers make of one differs (RFC 9112 section 3.2). */
export const TARGET = setFrom((byte) => byte > 0x20 && byte < 0x7f && byte !== 0x23);

/** What a host and a port may be spelt with; user information, percent escapes and anything a URL parser could cut at are out. */
export const AUTHORITY = setOf(`.-_:[]${DIGITS}${LETTERS}`);

/** The first character of `text` that is not in the set, in quotes: what a sentence may say of a text that may hold a secret. */
export function strayIn(set: CharacterSet, text: string): string | undefined {
  const stray = [...text].find((character) => set[character.charCodeAt(0)] !== 1);
  return stray === undefined ? undefined : quoted(stray);
}

/** Whether all of `text` from `start` to `end` is in the set. Characters beyond 0xff are not in any. */
export function consistsOf(set: CharacterSet, text: string, start = 0, end = text.length): boolean {
  for (let at = start; at < end; at++) {
    if (set[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}
