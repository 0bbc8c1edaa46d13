import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sources } from './imports.ts';

const lengths = sources('src').map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }));

test('no file is over 400 lines, and nine in ten are under 250', () => {
  expect(lengths.filter((one) => one.lines > 400)).toEqual([]);
  expect(lengths.filter((one) => one.lines > 250).length).toBeLessThanOrEqual(lengths.length / 10);
});
