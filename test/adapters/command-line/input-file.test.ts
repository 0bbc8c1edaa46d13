import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput, systemReason } from '../../../src/adapters/command-line/input-file.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';

test('a file is read whole', async () => {
  const file = join(temporaryFolder(), 'a');
  writeFileSync(file, 'text');
  expect(await readInput(file)).toBe('text');
});

test('what cannot be read names the option, the place and the reason', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'file'), '');
  const told: unknown[] = [];
  for (const name of ['none', 'in', 'file/below']) await readInput(join(folder, name), '--key').catch((error: unknown) => told.push(error));
  expect(told).toMatchObject([
    { name: 'InputFault', code: 'unreadable', message: `--key: ${folder}/none: cannot be read (there is no such file or folder)` },
    { code: 'unreadable', message: `--key: ${folder}/in: cannot be read (it is a folder, and a file is expected)` },
    { code: 'unreadable', message: `--key: ${folder}/file/below: cannot be read (a part of its path is a file, not a folder)` },
  ]);
});

test.each([
  [Object.assign(new Error('open failed'), { code: 'EACCES' }), 'permission denied'],
  [Object.assign(new Error('open failed'), { code: 'EMFILE' }), 'EMFILE'],
  [new Error('words'), 'words'],
  ['nothing', 'nothing'],
])('why the system refused: %s is %j', (error, reason) => {
  expect(systemReason(error)).toBe(reason);
});
