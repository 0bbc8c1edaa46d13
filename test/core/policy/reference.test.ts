import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/core/policy/problem.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { EXAMPLES, policyReference } from '../../../src/core/policy/reference.ts';
import { METHODS } from '../../../src/core/policy/methods.ts';

describe('the reference page', () => {
  const page = policyReference();

  test('has only examples without a problem', () => {
    const { problems } = parsePolicies(EXAMPLES.map((text, index) => ({ file: `example-${index}`, text })));
    expect(problems.map(formatProblem)).toEqual([]);
    expect(EXAMPLES.filter((text) => !page.includes(text.trimEnd()))).toEqual([]);
  });

  test('has a row for each key, and says it once where two keys have the same members', () => {
    const keys = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['spec.mode', 'spec.tools[].http.hosts', 'spec.tools[].rules[].allow.paths', 'spec.tools[].rules[].hold', 'spec.limits.cpu']));
    expect(keys).not.toContain('spec.tools[].rules[].hold.paths');
  });

  test('lists every method', () => {
    expect(METHODS.filter((method) => !page.includes(`\`${method}\``))).toEqual([]);
  });

  test('has rows that are whole', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.filter((row) => row.replaceAll(/`[^`]*`/g, '').split('|').length !== 5)).toEqual([]);
  });
});
