import { isUtf8 } from 'node:buffer';
import { JsonFault } from './fault.ts';
import { Scan } from './scan.ts';

/** Deeper than what any API asks for; conditions and schemas walk values by recursion. */
const DEEPEST = 100;

/**
 * Reads bytes as JSON (RFC 8259) that every reader reads alike (RFC 7493, and stricter): UTF-8 without a byte order mark, no lone
 * surrogates, at most 100 levels, no member twice in an object nor two whose names differ only in case, none named `__proto__`,
 * numbers that survive being doubles, and nothing after the value.
 *
 * Bounding the length is up to whoever gathers the bytes. Throws `JsonFault`.
 */
export function parseJson(bytes: Uint8Array): unknown {
  return parse(bytes, true);
}

/**
 * The same for what is passed on as it came and only looked at: numbers beyond a double, lone surrogates and names that differ in
 * case may stand in it, since an answer is not worth less for them. Throws `JsonFault`.
 */
export function parseStructure(bytes: Uint8Array): unknown {
  return parse(bytes, false);
}

function parse(bytes: Uint8Array, strict: boolean): unknown {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view[0] === 0xef && view[1] === 0xbb && view[2] === 0xbf) throw new JsonFault('byte-order-mark', 0, 'expected JSON without a byte order mark');
  if (!isUtf8(view)) throw new JsonFault('not-utf8', firstStrange(view), 'expected UTF-8, got other bytes');
  new Scan(view, DEEPEST, strict).check();
  return JSON.parse(view.toString('utf8'));
}

/** Where decoding puts a replacement character that does not stand in the bytes. */
function firstStrange(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  let at = 0;
  for (const character of text) {
    if (character === '\ufffd' && bytes[at] !== 0xef) return at;
    if (character === '\ufffd' && !(bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) return at;
    at += Buffer.byteLength(character);
  }
  return at;
}
