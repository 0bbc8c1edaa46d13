import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { candidates } from '../../../src/apps/cli/completion.ts';
import { COMMANDS } from '../../../src/apps/cli/commands.ts';
import { sallyport } from '../../fakes/command-line.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

describe('what may stand where the last word stands', () => {
  test.each<[words: string[], found: string[]]>([
    [[], [...COMMANDS.map(({ name }) => name), 'help']],
    [[''], [...COMMANDS.map(({ name }) => name), 'help']],
    [['co'], ['completion', 'controller']],
    [['--'], ['--help', '--version']],
    [['polcy', ''], []],
    [['policy', ''], ['lint', 'explain', 'test']],
    [['policy', 'e'], ['explain']],
    [['policy', 'lint', ''], []],
    [['policy', 'lint', '-'], ['--output', '--help']],
    [['policy', 'lint', '--output', ''], ['text', 'json']],
    [['policy', 'lint', '-o', 'j'], ['json']],
    [['policy', 'lint', '--output', 'json', ''], []],
    [['policy', 'explain', '--policy', ''], []],
    [['completion', ''], ['bash', 'zsh', 'fish']],
    [['completion', 'z'], ['zsh']],
    [['help', 'po'], ['policy']],
    [['help', 'policy', ''], ['lint', 'explain', 'test']],
    [['help', ''], [...COMMANDS.map(({ name }) => name), 'help']],
    [['run', '--require'], ['--require-capture']],
    [['run', '--', 'curl', '--'], []],
  ])('%j', async (words, found) => {
    expect(await candidates(words)).toEqual(found);
  });

  test('every command has its options, and --help', async () => {
    for (const { name } of COMMANDS) expect(await candidates([name, '--h']), name).toContain('--help');
  });
});

describe('the command that the scripts call', () => {
  test('prints one candidate a line, whatever the words before look like', async () => {
    expect(await sallyport('complete', '--', 'policy', 'lint', '--output', '')).toEqual({ code: 0, stdout: 'text\njson\n', stderr: '' });
    expect(await sallyport('complete', '--', '--')).toEqual({ code: 0, stdout: '--help\n--version\n', stderr: '' });
  });

  test('prints nothing where a file may stand', async () => {
    expect(await sallyport('complete', '--', 'policy', 'lint', '')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('stands in no help', async () => {
    expect((await sallyport('--help')).stdout).not.toMatch(/^ +complete\b/m);
  });
});

test('a shell that has no script is refused with those that have', async () => {
  expect(await sallyport('completion', 'csh')).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('Allowed choices are bash, zsh, fish.') });
});

const installed = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined;

/** What the shell's own completion makes of lines, in a folder of one file, `completed.txt`, with `sallyport` to be found. */
async function completed(shell: 'bash' | 'zsh' | 'fish', test: string): Promise<string[]> {
  const folder = temporaryFolder();
  const { stdout: script } = await sallyport('completion', shell);
  writeFileSync(join(folder, 'completed.txt'), '');
  writeFileSync(join(folder, 'script'), script);
  writeFileSync(join(folder, 'sallyport'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o700 });
  const { stdout, stderr } = spawnSync(shell, ['-c', test], { cwd: folder, encoding: 'utf8', timeout: 15_000, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder } });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

describe('the scripts, in their shells', () => {
  test.skipIf(!installed('bash'))('bash; skipped where it is not installed', async () => {
    // As readline does it for words that are split by spaces.
    expect(await completed('bash', `
source ./script
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sallyport; echo "\${COMPREPLY[*]}"; }
try sallyport comp
try sallyport completion ''
try sallyport completion bash comp
complete -p sallyport`)).toEqual([
      'completion',
      'bash zsh fish',
      // Nothing, so that bash itself completes a file's name.
      '',
      'complete -o default -F _sallyport sallyport',
    ]);
  });

  test.skipIf(!installed('zsh'))('zsh; skipped where it is not installed', async () => {
    // Stand-ins for what only works while a line is edited: what is offered is printed.
    expect(await completed('zsh', `
compdef() { echo "compdef $*"; }
compadd() { shift; echo "$*"; }
_files() { echo files; }
source ./script
try() { words=("$@"); CURRENT=$#; _sallyport; }
try sallyport comp
try sallyport completion ''
try sallyport completion bash comp`)).toEqual(['compdef _sallyport sallyport', 'completion', 'bash zsh fish', 'files']);
  });

  test.skipIf(!installed('fish'))('fish; skipped where it is not installed', async () => {
    expect(await completed('fish', `
source ./script
for line in 'sallyport comp' 'sallyport completion ' 'sallyport completion --h' 'sallyport check comp'
  echo (complete -C "$line" | sort | string trim)
end`)).toEqual(['completion', 'bash fish zsh', '--help', 'completed.txt']);
  });
});
