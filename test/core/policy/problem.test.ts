import { expect, test } from 'vitest';
import { formatPath, formatProblem } from '../../../src/core/policy/problem.ts';

const place = { file: 'a.yaml', line: 3, column: 7, path: 'spec.mode' };

test.each([
  [{ ...place, message: 'is "x"', expected: 'one of a, b', nearest: 'a' }, 'a.yaml:3:7: spec.mode: is "x" (expected one of a, b; did you mean a?)'],
  [{ ...place, message: 'is missing', expected: 'text' }, 'a.yaml:3:7: spec.mode: is missing (expected text)'],
  [{ ...place, path: '', message: 'is nested too deeply' }, 'a.yaml:3:7: is nested too deeply'],
  [{ ...place, line: 0, column: 0, message: 'is missing' }, 'a.yaml: spec.mode: is missing'],
])('a problem is written on one line', (problem, line) => {
  expect(formatProblem(problem)).toBe(line);
});

test('a path is written as one would type it', () => {
  expect(formatPath(['spec', 'tools', 0, 'http', 'matchLabels', 'a.example/b'])).toBe('spec.tools[0].http.matchLabels["a.example/b"]');
});
