import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { JsonFault } from '../../src/core/traffic/json/fault.ts';
import { parseJson } from '../../src/core/traffic/json/parse.ts';
import { readVectors } from '../vectors/read-vector.ts';

export const name = 'json';

export const seeds: readonly Uint8Array[] = readVectors('json', { verdicts: ['accepted', 'refused'], keys: ['code', 'at'] }).map(({ input }) => input);

export const tokens: readonly Uint8Array[] = ['"a":', '"A":', '\\u0061', '\\ud83d', '\\ude00', '1e999', '-', '.5', '"__proto__":1,', 'true', '\xef\xbb\xbf', '9007199254740993'].map((text) => Buffer.from(text, 'latin1'));

/** What the runtime's own reader makes of JSON that it takes and we do not: the codes for which it may be so. */
const STRICTER = new Set(['too-deep', 'key-twice', 'key-case-twins', 'key-forbidden', 'lone-surrogate', 'number-unsafe', 'not-utf8', 'byte-order-mark']);

/** What we read, the runtime reads as well, to the same value; what only we refuse, we refuse for a reason that it has not. */
export function target(bytes: Uint8Array): void {
  const [ours, fault] = read(bytes);
  const theirs = readLeniently(bytes);
  if (fault === undefined) {
    deepStrictEqual(theirs, { value: ours });
    return;
  }
  ok(fault.at >= 0 && fault.at <= bytes.length, 'a place outside of the bytes');
  if (theirs !== undefined) ok(STRICTER.has(fault.code), `refused for ${fault.code} what is JSON`);
  strictEqual(read(bytes)[1]?.message, fault.message, 'another fault at the second reading');
}

function read(bytes: Uint8Array): [unknown, JsonFault | undefined] {
  try {
    return [parseJson(bytes), undefined];
  } catch (error) {
    if (error instanceof JsonFault) return [undefined, error];
    throw error;
  }
}

function readLeniently(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString('utf8')) };
  } catch {
    return undefined;
  }
}
