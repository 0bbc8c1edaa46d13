import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath } from '../../../src/core/policy/canonical-path.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';

const vectors = readVectors('path', { keys: ['path', 'query', 'sentence'], verdicts: ['accepted', 'refused'] });

describe('a request target is read into one normal form or refused with the reason', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const canonical = canonicalPath(input.toString('utf8'));
    if (only(keys, 'verdict') === 'accepted') expect(canonical).toEqual({ ok: true, path: only(keys, 'path'), query: only(keys, 'query') ?? '' });
    else expect(canonical).toMatchObject({ ok: false, sentence: expect.stringContaining(only(keys, 'sentence') ?? '') });
  });
});

const pieces = fc.array(fc.constantFrom('/', '.', '..', ';', '%2e', '%2E', '%2f', '%5c', '%25', '%00', '%3b', '%c3%a4', '%41', 'a', '~', '|', '\\', '?', '#', ' ', 'é', '%', 'admin'), { maxLength: 8 });
const targets = fc.oneof(pieces.map((parts) => `/${parts.join('')}`), fc.webPath(), fc.string({ unit: 'binary' }));

test('a normal form is read as itself', () => {
  fc.assert(fc.property(targets, (raw) => {
    const canonical = canonicalPath(raw);
    if (canonical.ok) expect(canonicalPath(`${canonical.path}?${canonical.query}`)).toEqual(canonical);
  }), { numRuns: 1_000 });
});

test('no reading of a normal form leaves the place that was judged (E19)', () => {
  fc.assert(fc.property(targets, (raw) => {
    const canonical = canonicalPath(raw);
    if (!canonical.ok) return;
    for (const reading of readings(canonical.path)) {
      expect(reading).not.toMatch(/\/\.{1,2}(?:\/|$)|\/\/|\\|\0/);
      expect(reading.split('/').length).toBe(canonical.path.split('/').length);
    }
  }), { numRuns: 1_000 });
});

test('the URL parser of the platform finds nothing left to tidy up', () => {
  fc.assert(fc.property(targets, (raw) => {
    const canonical = canonicalPath(raw);
    if (canonical.ok) expect(new URL(`http://a.example${canonical.path}`).pathname).toBe(canonical.path);
  }), { numRuns: 1_000 });
});

/** What servers make of a path: as it is, decoded once and twice, without parameters before and after decoding. */
function readings(path: string): string[] {
  const bare = path.replaceAll(/;[^/]*/g, '');
  const once = decodeURIComponent(path);
  return [path, bare, once, once.replaceAll(/;[^/]*/g, ''), decodeURIComponent(bare), decodedAgain(once)];
}

function decodedAgain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
