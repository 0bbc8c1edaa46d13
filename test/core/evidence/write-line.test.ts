import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafHash } from '../../../src/core/evidence/leaf.ts';
import { redactQuery } from '../../../src/core/evidence/query.ts';
import { readLine } from '../../../src/core/evidence/read-line.ts';
import type { Content, Stamp } from '../../../src/core/evidence/record.ts';
import { safeText } from '../../../src/core/evidence/text.ts';
import { writeLine } from '../../../src/core/evidence/write-line.ts';
import { anyContent, anyStamp, outcomeOf, stampOf } from './drafts.ts';

/** What a record is to hold, made the slow and obvious way. */
function settled(value: unknown, name = '', inTiming = false): unknown {
  if (typeof value === 'string') return safeText(name === 'query' ? redactQuery(value) : value);
  if (typeof value === 'number') return settledNumber(inTiming ? Math.round(value * 1000) / 1000 : value);
  if (Array.isArray(value)) return value.map((item) => settled(item));
  if (typeof value !== 'object' || value === null) return value;
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value)) object[safeText(key)] = settled(member, name === '' ? key : '', name === 'timing');
  return object;
}

function settledNumber(value: number): number {
  return Number.isFinite(value) ? value : -1;
}

function expectedLine(content: Content, stamp: Stamp): string | undefined {
  return canonicalize(settled({ ...content, ...stamp })) as string | undefined;
}

describe('writing a record', () => {
  test('its bytes are those of RFC 8785 for the same object, whatever the texts hold', () => {
    fc.assert(fc.property(anyContent, anyStamp, (content, stamp) => {
      expect(writeLine(content, stamp)).toBe(expectedLine(content, stamp));
    }), { numRuns: 1000 });
  });

  test('what is written is read back as one record with the leaf hash of its line', () => {
    fc.assert(fc.property(anyContent, anyStamp, (content, stamp) => {
      const line = writeLine(content, stamp);
      expect(readLine(Buffer.from(line))).toEqual({ ok: true, record: JSON.parse(line), leaf: leafHash(line) });
    }), { numRuns: 500 });
  });

  test('no line break and no control byte gets into a line', () => {
    fc.assert(fc.property(anyContent, anyStamp, (content, stamp) => {
      expect(writeLine(content, stamp)).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202e]/u);
    }), { numRuns: 500 });
  });

  test('the leaf hash is SHA-256 of a zero byte and the line', () => {
    // printf '\0{}' | sha256sum
    expect(leafHash('{}')).toBe('28a3a18f6cd6406b086e9ffda1f9b8a13dbcf44b0f3f32cb9031a11fd053acf9');
  });

  test('a number that is none becomes -1 and the record is not lost', () => {
    const line = writeLine(outcomeOf('c1', { status: Number.NaN, timing: { total: Number.POSITIVE_INFINITY } }), stampOf());
    expect(JSON.parse(line)).toMatchObject({ status: -1, timing: { total: -1 } });
    expect(readLine(Buffer.from(line)).ok).toBe(true);
  });

  test('durations are kept to the microsecond', () => {
    const line = writeLine(outcomeOf('c1', { timing: { total: 12.3456789 } }), stampOf());
    expect(JSON.parse(line)).toMatchObject({ timing: { total: 12.346 } });
  });
});
