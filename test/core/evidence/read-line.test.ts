import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leafHash } from '../../../src/core/evidence/leaf.ts';
import { readLine } from '../../../src/core/evidence/read-line.ts';
import { writeLine } from '../../../src/core/evidence/write-line.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';
import { anyContent, anyStamp } from './drafts.ts';

const VERDICTS = ['record', 'not-utf8', 'too-long', 'not-json', 'unknown-version', 'wrong-shape', 'not-canonical'];
const vectors = readVectors('record-line', { keys: [], verdicts: VERDICTS });

describe('reading one line of a log', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const read = readLine(input);
    expect(read.ok ? 'record' : read.code).toBe(only(keys, 'verdict'));
  });

  test.each(vectors.filter(({ keys }) => only(keys, 'verdict') === 'record'))('$file, written again, is the same', ({ input }) => {
    const read = readLine(input);
    expect(read.ok && canonicalize(read.record)).toBe(input.toString());
  });

  test('a line has a leaf hash even where it is no record, so that the chain can be followed past it', () => {
    expect(readLine(Buffer.from('{}')).leaf).toBe(leafHash('{}'));
  });

  test('a record with any one bit changed is refused or is another record', () => {
    fc.assert(fc.property(anyContent, anyStamp, fc.nat(), fc.nat({ max: 7 }), (content, stamp, at, bit) => {
      const line = Buffer.from(writeLine(content, stamp));
      const changed = Buffer.from(line);
      const index = at % line.length;
      changed[index] = (line[index] ?? 0) ^ (1 << bit);
      const read = readLine(changed);
      if (read.ok) {
        expect(canonicalize(read.record)).toBe(changed.toString());
        expect(read.leaf).not.toBe(leafHash(line.toString()));
      }
    }), { numRuns: 1000 });
  });
});
