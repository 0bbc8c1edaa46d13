import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFault } from '../../../../src/core/traffic/json/fault.ts';
import { parseJson, parseStructure } from '../../../../src/core/traffic/json/parse.ts';
import { only, readVectors } from '../../../vectors/read-vector.ts';

const vectors = readVectors('json', { verdicts: ['accepted', 'refused'], keys: ['code', 'at'] });

function faultOf(bytes: Uint8Array): JsonFault | undefined {
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
  return undefined;
}

describe('vectors', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const fault = faultOf(input);
    expect(fault?.code).toBe(only(keys, 'code'));
    expect(fault && String(fault.at)).toBe(only(keys, 'at'));
    if (fault === undefined) expect(parseJson(input)).toEqual(JSON.parse(input.toString('utf8')));
    else expect(fault.message).toMatch(/^expected .*, at byte \d+$/);
  });

  test.each(vectors.filter(({ keys, input }) => only(keys, 'verdict') === 'accepted' && /[\]}"]$/.test(input.toString('latin1'))))('$file: no beginning of it is taken for a value', ({ input }) => {
    for (let length = 0; length < input.length; length += 1) expect(faultOf(input.subarray(0, length)), `${length} bytes`).toBeDefined();
  });
});

test('reads what a writer of JSON wrote, wherever its bytes lie in memory', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    const text = JSON.stringify(value);
    const bytes = Buffer.from(`x${text}x`).subarray(1, -1);
    const fault = faultOf(bytes);
    if (fault !== undefined) expect(['key-case-twins', 'key-forbidden', 'number-unsafe', 'lone-surrogate']).toContain(fault.code);
    else expect(JSON.stringify(parseJson(bytes))).toBe(text);
  }));
});

describe('for what is only looked at', () => {
  const PASSED = new Set(['number-unsafe', 'lone-surrogate', 'key-case-twins']);

  test.each(vectors)('$file', ({ keys, input }) => {
    const code = only(keys, 'code');
    if (code === undefined || PASSED.has(code)) expect(parseStructure(input)).toEqual(JSON.parse(input.toString('utf8')));
    else expect(() => parseStructure(input)).toThrow(JsonFault);
  });
});

test('a member that only looks like the prototype is an own one of the object', () => {
  expect(Object.keys(parseJson(Buffer.from('{"constructor":1,"toString":2}')) as object)).toEqual(['constructor', 'toString']);
});

test('a mebibyte of the worst is read in no time', () => {
  const inputs = ['['.repeat(1 << 20), `[${'"\\u0041",'.repeat(1 << 17)}1]`, `{${Array.from({ length: 80_000 }, (_, index) => `"K${index}":1`).join(',')}}`, `[${'1'.repeat(1 << 20)}]`];
  const started = performance.now();
  for (const input of inputs) faultOf(Buffer.from(input));
  expect(performance.now() - started).toBeLessThan(2_000);
});
