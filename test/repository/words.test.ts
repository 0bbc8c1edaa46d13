import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './imports.ts';

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter((file) => file && existsSync(join(ROOT, file)));

describe('the repository', () => {
  test('has at its top only what belongs there', () => {
    const top = new Set(tracked.map((file) => file.split('/')[0] ?? ''));
    const expected = ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'deploy', 'certs', 'test', 'docs', 'README.md', 'LICENSE', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
    expect([...top].filter((name) => !name.startsWith('.') && !expected.includes(name))).toEqual([]);
  });

  test('has no file named for no one thing', () => {
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|managers?|misc)(\/|\.|$)/i.test(file))).toEqual([]);
  });

  test('says in no document a path that does not exist', () => {
    const broken = tracked
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => {
        const text = readFileSync(join(ROOT, file), 'utf8');
        const links = Array.from(text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g), ([, link]) => link ?? '');
        return links.filter((link) => !existsSync(join(ROOT, dirname(file), link))).map((link) => `${file}: ${link}`);
      });
    expect(broken).toEqual([]);
  });

  test('names in no document a file or folder of the house that does not exist', () => {
    const named = tracked
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(/`((?:src|test|core|adapters|apps)\/[^`\s]*)`/g), ([, path]) => ({ file, path: path ?? '' })));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ path }) => globSync(placeOf(path), { cwd: ROOT }).length === 0)).toEqual([]);
  });
});

/** A path from the root as a pattern: `<name>` is any, and rooms are called without the `src/` that they lie in. */
function placeOf(path: string): string {
  return `${/^(?:src|test)\//.test(path) ? '' : 'src/'}${path.replaceAll(/<\w+>/g, '*')}`;
}
