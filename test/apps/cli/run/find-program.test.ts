import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProgram } from '../../../../src/apps/cli/run/find-program.ts';
import { sharedFolder } from '../../../fakes/temporary-folder.ts';

const folder = sharedFolder();
const at = (name: string): string => join(folder, name);

mkdirSync(at('bin'));
mkdirSync(at('other'));
writeFileSync(at('bin/tool'), '#!/bin/sh\n', { mode: 0o700 });
writeFileSync(at('bin/notes'), 'text', { mode: 0o600 });
writeFileSync(at('other/notes'), '#!/bin/sh\n', { mode: 0o700 });
mkdirSync(at('bin/folder'));
symlinkSync(at('loop'), at('loop'));

const PATH = [at('none'), at('bin/notes'), at('loop'), at('bin')].join(':');

describe('a program', () => {
  test.each([
    ['in a folder of PATH', 'tool', PATH],
    ['in a later folder, where an earlier one has a file of that name that cannot be executed', 'notes', `${PATH}:${at('other')}`],
    ['at its path', at('bin/tool'), PATH],
  ])('%s is found', (_, name, searchPath) => {
    expect(findProgram(name, searchPath)).toEqual({ found: true });
  });

  test.each([
    ['in no folder, though some of PATH are none or cannot be searched', 'no-such-program', 127, 'no-such-program: no such program is in any folder of PATH'],
    ['without a name', '', 127, '(an empty name): no such program is in any folder of PATH'],
    ['not at its path', at('bin/none'), 127, `${at('bin/none')}: there is no such file`],
    ['that may not be executed', 'notes', 126, `${at('bin/notes')}: cannot be executed (permission denied)`],
    ['that is a folder', 'folder', 126, `${at('bin/folder')}: cannot be executed (it is no file)`],
    ['below what cannot be searched', at('loop/tool'), 126, expect.stringContaining(`${at('loop/tool')}: cannot be executed (`)],
  ])('%s is not', (_, name, code, sentence) => {
    expect(findProgram(name, PATH)).toEqual({ found: false, code, sentence });
  });
});
