import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';
import * as fixedNames from '../../src/core/terms/fixed-names.ts';
import { ROOT, sources } from './imports.ts';

const HOME = 'src/core/terms/fixed-names.ts';

/** Texts, and numbers that mean nothing else: 443, 8443 and 9090 are ports of many. */
const FIXED: ReadonlySet<unknown> = new Set([...Object.values(fixedNames).filter((value) => typeof value === 'string' || (typeof value === 'number' && value > 10_000)), fixedNames.SYNTHETIC_RANGE.text]);
/** A word like any other where it is no audience; and who is the sender of snapshots, or of logs, is called as what it runs in. */
const ORDINARY: ReadonlySet<unknown> = new Set([fixedNames.TOKEN_AUDIENCE, fixedNames.CONTROLLER, fixedNames.WEBHOOK]);

function literalsOf(file: string): unknown[] {
  const found: unknown[] = [];
  new Visitor({ Literal: ({ value }) => { found.push(value); } }).visit(parseSync(file, readFileSync(join(ROOT, file), 'utf8')).program);
  return found;
}

test('a fixed name is spelt out in one file, from which all others have it', () => {
  const again = sources('src').filter((file) => file !== HOME).flatMap((file) =>
    literalsOf(file).filter((value) => FIXED.has(value) && !ORDINARY.has(value)).map((value) => `${file}: ${String(value)}`));
  expect(again).toEqual([]);
});
