import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printableText, safeText } from '../../../src/core/evidence/text.ts';
import { anyText } from './drafts.ts';

describe('texts that come from strangers', () => {
  test.each([
    ['plain text stays', '/v1/items?q=a b', '/v1/items?q=a b'],
    ['other scripts and emoji stay', 'Größe 大きさ 👩‍💻', 'Größe 大きさ 👩‍💻'],
    ['a terminal escape is spelt out', '\u001b[2Jgone', '\\u{1b}[2Jgone'],
    ['a newline cannot begin a second line', 'a\nb', 'a\\u{a}b'],
    ['DEL and C1 controls are spelt out', '\u007f\u009b', '\\u{7f}\\u{9b}'],
    ['a lone high surrogate is spelt out', 'a\ud800b', 'a\\u{d800}b'],
    ['a lone low surrogate is spelt out', '\udfff', '\\u{dfff}'],
    ['a pair of surrogates is a character', '\ud83d\ude00', '\ud83d\ude00'],
    ['a right-to-left override is spelt out', 'gpj\u202e.exe', 'gpj\\u{202e}.exe'],
    ['line separators are spelt out', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['the escape itself is escaped', '\\u{1b}', '\\u{5c}u{1b}'],
    ['another backslash stays', 'C:\\users', 'C:\\users'],
  ])('%s', (_, text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  test('no two texts become one', () => {
    fc.assert(fc.property(anyText, (text) => {
      const back = safeText(text).replace(/\\u\{([0-9a-f]+)\}/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)));
      expect(back).toBe(text);
    }), { numRuns: 1000 });
  });

  test('what is safe is well-formed, and printing it again changes nothing', () => {
    fc.assert(fc.property(anyText, (text) => {
      const safe = safeText(text);
      expect(safe.isWellFormed()).toBe(true);
      expect(printableText(safe)).toBe(safe);
    }), { numRuns: 500 });
  });

  test('a text that is too long is cut and says by how much, even within a surrogate pair', () => {
    const safe = safeText(`${'a'.repeat(65_535)}😀tail`);
    expect(safe.isWellFormed()).toBe(true);
    expect(safe).toMatch(/^a{65535}\\u\{d83d\}\\u\{cut 5\}$/);
  });

  test('printing spells out what a forged record could do to a terminal', () => {
    expect(printableText('\u001b]0;title\u0007 and \\u{1b} stays')).toBe('\\u{1b}]0;title\\u{7} and \\u{1b} stays');
  });
});
