import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath } from '../../../src/core/policy/canonical-path.ts';
import { matchesPath, parsePathPattern, resemblesPath, viewPath, type PathPattern } from '../../../src/core/policy/paths.ts';
import { ownTime } from '../../fakes/own-time.ts';

function pattern(text: string): PathPattern {
  const parsed = parsePathPattern(text);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return parsed.pattern;
}

describe('a pattern matches', () => {
  test.each([
    ['/a', '/a', true],
    ['/a', '/a/', false],
    ['/a', '/A', false],
    ['/a', '/a;x', false],
    ['/', '/', true],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/', false],
    ['/a/*', '/a', false],
    ['/a/*', '/a/b/c', false],
    ['/*/b', '/a/b', true],
    ['/a/**', '/a', true],
    ['/a/**', '/a/', true],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/ab', false],
    ['/**', '/', true],
    ['/**/c', '/a/c/b/c', true],
    ['/**/c', '/a/c/b', false],
    ['/a/**/c/*/d', '/a/c/x/c/y/d', true],
    ['/a/**/**/d', '/a/d', true],
    ['/a%7eb', '/a~b', true],
    ['/a:b', '/a%3Ab', true],
    ['/%2A', '/*', true],
    ['/%2A', '/b', false],
    ['/%C3%A4', '/%C3%A4', true],
  ])('%s against %s: %s', (text, path, expected) => {
    expect(matchesPath(pattern(text), viewPath(path))).toBe(expected);
  });
});

describe('a pattern resembles what a lenient server takes for the same path', () => {
  test.each([
    ['/repos/acme/*', '/repos/ACME/x', true],
    ['/admin', '/admin/', true],
    ['/admin/', '/admin', true],
    ['/admin', '/Admin;a=b', true],
    ['/admin', '/admin%3Bx', true],
    ['/admin/*', '/admin;x/delete;y', true],
    ['/admin', '/admin.', true],
    ['/admin', '/admin%20', true],
    ['/admin/*', '/Admin.%20./x', true],
    ['/admin', '/%EF%BD%81dmin', true],
    ['/admin', '/%EF%BC%A1DMIN', true],
    ['/ok', '/o%E2%84%AA', true],
    ['/admin', '/.admin', false],
    ['/admin', '/administrator', false],
    ['/a/*', '/a/...', true],
    ['/a/*', '/a/', false],
    ['/', '/', true],
    ['/', '/a', false],
  ])('%s and %s: %s', (text, path, expected) => {
    expect(resemblesPath(pattern(text), viewPath(path))).toBe(expected);
  });
});

describe('a pattern is refused', () => {
  test.each([
    ['a/b', 'does not begin with a slash', '/a/b'],
    ['/a*', 'a wildcard that is not a whole segment', undefined],
    ['/a/***', 'a wildcard that is not a whole segment', undefined],
    ['/a/../b', 'has a dot segment', undefined],
    ['/a//b', 'has an empty segment', undefined],
    ['/a%2Fb', 'has an encoded slash', undefined],
    ['/a?b=*', 'has a query', '/a'],
    ['/ä', 'has a space, or a control or non-ASCII character', '/%C3%A4'],
    ['/a b', 'has a space, or a control or non-ASCII character', '/a%20b'],
    ['', 'does not begin with a slash', '/'],
  ])('%s: %s', (text, sentence, nearest) => {
    expect(parsePathPattern(text)).toEqual({ ok: false, sentence: expect.stringContaining(sentence), ...(nearest !== undefined && { nearest }) });
  });
});

const segment = fc.constantFrom('a', 'b', 'c', 'a.', '...', '%20', '%C3%A4');
const paths = fc.array(segment, { maxLength: 7 }).map((segments) => `/${segments.join('/')}`);
const patterns = fc.array(fc.oneof(segment, fc.constantFrom('*', '**')), { maxLength: 6 }).map((tokens) => `/${tokens.join('/')}`);

test('matching agrees with the plain definition of * and **', () => {
  fc.assert(fc.property(patterns, paths, (text, path) => {
    expect(matchesPath(pattern(text), viewPath(path))).toBe(defined(text.slice(1).split('/'), path.slice(1).split('/')));
  }), { numRuns: 1_000 });
});

test('a segment of many dots takes no more time than another', () => {
  const took = ownTime(() => {
    expect(resemblesPath(pattern('/a'), viewPath(`/${'.'.repeat(100_000)}a`))).toBe(false);
  });
  expect(took).toBeLessThan(500);
});

test('what a pattern matches it also resembles, so that a deny rule never misses what an allow rule of its words would catch', () => {
  fc.assert(fc.property(patterns, paths, (text, path) => {
    if (matchesPath(pattern(text), viewPath(path))) expect(resemblesPath(pattern(text), viewPath(path))).toBe(true);
  }), { numRuns: 500 });
});

test('a path in its normal form matches the pattern of its own words', () => {
  fc.assert(fc.property(fc.webPath().filter((path) => !path.includes('*')), (raw) => {
    const canonical = canonicalPath(raw);
    if (canonical.ok) expect(matchesPath(pattern(canonical.path), viewPath(canonical.path))).toBe(true);
  }), { numRuns: 300 });
});

test('many ** against a long path take no exponential time', () => {
  expect(matchesPath(pattern(`/${'**/a/'.repeat(30)}b`), viewPath(`/${'a/'.repeat(3_000)}c`))).toBe(false);
});

function defined(tokens: readonly string[], segments: readonly string[]): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return segments.length === 0;
  if (token === '**') return segments.some((_, index) => defined(rest, segments.slice(index))) || defined(rest, []);
  const [first, ...others] = segments;
  return first !== undefined && (token === '*' ? first !== '' : token === first) && defined(rest, others);
}
