import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { formatProblem } from '../../../src/core/policy/problem.ts';

/** Each `NAME.yaml` has a `NAME.txt` with the problems found in it, one a line; `UPDATE_GOLDEN=1` rewrites those. */
const folder = new URL('../../golden/policies/', import.meta.url);
const names = readdirSync(folder).filter((file) => file.endsWith('.yaml')).sort().map((file) => file.slice(0, -'.yaml'.length));

describe('everything that is wrong with a file is said at once', () => {
  test.each(names)('%s', (name) => {
    const { problems } = parsePolicies([{ file: `${name}.yaml`, text: readFileSync(new URL(`${name}.yaml`, folder), 'utf8') }]);
    const found = problems.map((problem) => `${formatProblem(problem)}\n`).join('');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(new URL(`${name}.txt`, folder), found);
    expect(found).toBe(readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
  });

  test('no golden file is left over', () => {
    expect(readdirSync(folder).filter((file) => file.endsWith('.txt')).sort()).toEqual(names.map((name) => `${name}.txt`));
  });
});
