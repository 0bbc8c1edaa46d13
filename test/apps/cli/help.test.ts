import type { Command } from 'commander';
import { expect, describe, test } from 'vitest';
import { COMMANDS } from '../../../src/apps/cli/commands.ts';
import { sallyport } from '../../fakes/command-line.ts';

interface Page {
  readonly name: string;
  readonly command: Command;
  readonly text: string;
}

const pages: Page[] = [];
for (const entry of COMMANDS) pages.push(...pagesOf(await entry.load(), []));

function pagesOf(command: Command, parents: readonly string[]): Page[] {
  const name = [...parents, command.name()].join(' ');
  let text = '';
  command.configureHelp({ helpWidth: 110 }).configureOutput({ writeOut: (part) => { text += part; } });
  command.outputHelp();
  return [{ name, command, text }, ...command.commands.flatMap((child) => pagesOf(child, [...parents, command.name()]))];
}

/** Every placeholder that an option or argument may have; one word for one thing. */
const PLACEHOLDERS = new Set([
  'file', 'dir', 'file|dir', 'name|file', 'files', 'name', 'namespace/name', 'key=value,...', 'url', 'address', 'address:port', 'host:address', 'port', 'port:listener',
  'protocol:address:port', 'domain', 'image', 'when', 'count', 'uid', 'size', 'key', 'base64', 'format', 'level', 'method', 'call', 'shell', 'command', 'checks', 'percent',
]);

describe.each(pages)('the help of $name', ({ name, command, text }) => {
  const leaf = command.commands.length === 0;

  test('is described by one capitalised sentence', () => {
    expect(command.description()).toMatch(/^[A-Z][^.]*(\.\w[^.]*)*\.$/);
  });

  test('has placeholders of one hand, and options in lower case without defaults that say nothing', () => {
    const placeholders = command.options.flatMap(({ flags }) => /[<[](.*)[>\]]/.exec(flags)?.[1] ?? []);
    expect([...placeholders, ...command.registeredArguments.map((argument) => argument.name())].filter((one) => !PLACEHOLDERS.has(one))).toEqual([]);
    expect(command.options.map(({ description }) => description).filter((one) => /^[A-Z][a-z]|\.$/.test(one))).toEqual([]);
    expect(text).not.toMatch(/default: (\[\]|false|\{)/);
    expect(text.split('\n').filter((line) => line.length > 130)).toEqual([]);
  });

  // Whoever asks for the help of a mere group wants to know what is in it.
  if (!leaf) return;

  test('ends with two examples or more to type as they stand, and the exit codes', () => {
    const [, examples = ''] = /\nExamples:\n((?: {2}.*\n)+)/.exec(text) ?? [];
    expect(examples.match(new RegExp(`\\bsallyport ${name}\\b`, 'g'))?.length).toBeGreaterThanOrEqual(2);
    expect(examples).not.toContain('$ sallyport');
    expect(text).toMatch(/\nExit codes: [^]*\.\s*$/);
  });
});

test('the overview says of each command what its own help says', async () => {
  const { stdout } = await sallyport('--help');
  const said = stdout.replaceAll(/\s+/g, ' ');
  for (const { name, description } of COMMANDS) expect(said).toContain(` ${name} ${description}`);
  expect(said).toContain('Exit codes: 0 done; 1 the answer is no');
});
