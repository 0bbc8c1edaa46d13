import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKS } from '../../src/core/checks/index.ts';
import { checkPages } from './check-pages.ts';
import { ROOT } from './imports.ts';

const ROOMS = ['src/core/admission/*.ts', 'src/core/injection/mutate.ts', 'src/core/checks/read-pod.ts', 'src/core/checks/index.ts'];

test('every check has a page with its fields, and with a reason at least', () => {
  const pages = checkPages();
  for (const { id } of CHECKS) {
    expect(pages[`docs/checks/${id}.md`], id).toMatch(/^field +allowed/m);
    expect(pages[`docs/checks/${id}.md`], id).toMatch(/^\| `[a-z-]+` \| /m);
  }
});

test('the page of the review itself tells every reason that it has, and no other', () => {
  const named = globSync(ROOMS, { cwd: ROOT }).flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(/\breason: '([a-z-]+)'/g), ([, reason]) => reason));
  const told = Array.from(readFileSync(join(ROOT, 'docs/checks/admission.md'), 'utf8').matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm), ([, reasons = '']) =>
    Array.from(reasons.matchAll(/[a-z-]+/g), ([reason]) => reason)).flat();
  expect(told.sort()).toEqual([...new Set(named)].sort());
});
