import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, boolean, constantFrom, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spliced, type Splice } from '../../../../src/apps/cli/fix/splices.ts';
import { unifiedDiff } from '../../../../src/apps/cli/fix/unified-diff.ts';
import { temporaryFolder } from '../../../fakes/temporary-folder.ts';

const insertion = (at: number, text: string): Splice => ({ at, end: at, text });

describe('a unified diff', () => {
  test.each<[what: string, text: string, splices: Splice[], diff: string]>([
    ['is nothing where nothing changes', 'a\n', [], ''],
    ['has three lines around a change', '1\n2\n3\n4\n5\n6\n7\n8\n9\n', [{ at: 8, end: 9, text: 'five' }], '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n'],
    ['has one hunk for changes that are near', '1\n2\n3\n4\n5\n', [insertion(1, '\na'), insertion(9, '\nb')], '@@ -1,5 +1,7 @@\n 1\n+a\n 2\n 3\n 4\n 5\n+b\n'],
    ['has a hunk for each that is far, counted on', `${'x\n'.repeat(20)}`, [insertion(1, '\na'), insertion(39, '\nb')], '@@ -1,4 +1,5 @@\n x\n+a\n x\n x\n x\n@@ -18,3 +19,4 @@\n x\n x\n x\n+b\n'],
    ['says where the last line break is missing', 'a', [insertion(1, '\nb')], '@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n'],
  ])('%s', (_, text, splices, diff) => {
    expect(unifiedDiff('f.yaml', text, splices)).toBe(diff === '' ? '' : `--- a/f.yaml\n+++ b/f.yaml\n${diff}`);
  });

  test.skipIf(spawnSync('git', ['--version']).error !== undefined)('makes the new text of the old one where git applies it; skipped where there is no git', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'in'));
    const changes = array(tuple(nat(60), constantFrom('x', '\nnew', '\n\n', 'y\nz')), { minLength: 1, maxLength: 5 });
    assert(property(array(constantFrom('a', 'b', '', 'cc'), { minLength: 1, maxLength: 25 }), boolean(), changes, (lines, ended, puts) => {
      const text = lines.join('\n') + (ended ? '\n' : '');
      if (text === '') return;
      const splices = [...new Map(puts.map(([at, put]) => [Math.min(at, text.length), put]))].map(([at, put]) => insertion(at, put));
      writeFileSync(join(folder, 'in', 'f.yaml'), text);
      const applied = spawnSync('git', ['apply', '--unsafe-paths', '--whitespace=nowarn', '--directory=in', '-'], { cwd: folder, input: unifiedDiff('f.yaml', text, splices), encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', GIT_CEILING_DIRECTORIES: folder } });
      expect({ stderr: applied.stderr, text: readFileSync(join(folder, 'in', 'f.yaml'), 'utf8') }).toEqual({ stderr: '', text: spliced(text, splices) });
    }), { numRuns: 40 });
  });
});
