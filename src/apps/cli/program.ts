import { Command, CommanderError } from 'commander';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { errorText } from '../../core/terms/error-text.ts';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { version } from './version.ts';

const HELP_END = helpEnd({
  examples: [
    ['sallyport up', 'watch both gates work, on this machine'],
    ['sallyport run --policy policy.yaml -- python3 agent.py', 'a program of yours behind gate two'],
    ['sallyport check deploy/', 'what the webhook would say'],
    'sallyport policy explain --policy policy.yaml GET https://api.example.com/v1/items',
    ['sallyport log tail', 'what the agents did'],
    'sallyport install --print | kubectl apply -f -',
  ],
  notes: `
Policy files that are refused are unreadable input to every command but \`policy lint\`, whose answer they are.
\`sallyport help <command>\` tells more, with examples.`,
  exitCodes: { 0: 'done', 1: 'the answer is no (a fault, a denial, a tampered log), or it failed' },
});

/**
 * Runs the command line `args` (without the program's name) and resolves to the process's exit code.
 *
 * Only the named command's code is loaded. Bad usage ends with 2, with the nearest right spelling; so does every `InputFault`.
 */
export async function run(args: readonly string[]): Promise<number> {
  const words = withoutHelp(args);
  const program = await programFor(words[0]);
  try {
    await program.parseAsync(upToStray(program, words), { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = errorText(error);
    process.stderr.write(`${message.split('\n').map((line) => `sallyport: ${line}`).join('\n')}\n`);
    return error instanceof InputFault ? 2 : 1;
  }
}

/** `help WORD ...` asks for what `WORD ... --help` prints, of which commander's own finds the first word only. */
function withoutHelp(args: readonly string[]): readonly string[] {
  const [help, ...words] = args;
  if (help !== 'help' || words[0]?.startsWith('-') !== false) return args;
  return words[0] === 'help' ? ['--help'] : [...words, '--help'];
}

/** Of words that name no command the first stray one is all that is to be read: asked for its help commander would tell of something else. */
function upToStray(program: Command, words: readonly string[]): readonly string[] {
  let at = program;
  for (const [index, word] of words.entries()) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) return at.commands.length > 0 && !word.startsWith('-') && word !== 'help' ? words.slice(0, index + 1) : words;
    at = next;
  }
  return words;
}

async function programFor(word: string | undefined): Promise<Command> {
  const program = new Command('sallyport')
    .description('Two gates around every AI agent on Kubernetes, and evidence of both.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'Print the help of one of these.')
    .addHelpText('after', HELP_END);
  for (const entry of COMMANDS) {
    program.commandsGroup(`${entry.group}:`);
    program.addCommand(entry.name === word ? await entry.load() : outlined(entry));
  }
  program.addCommand(await hiddenCompletion(word), { hidden: true });
  settle(program);
  return program;
}

/** Stands in the overview for a command whose code is not loaded. */
function outlined(entry: CommandEntry): Command {
  return new Command(entry.name).description(entry.description).helpCommand(false);
}

async function hiddenCompletion(word: string | undefined): Promise<Command> {
  if (word !== 'complete') return new Command('complete');
  return (await import('./completion.ts')).completeCommand();
}

/** Commander ends the process by itself unless each command is told not to; then nothing would be flushed. Its errors get our name. */
function settle(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: (text, write) => { write(text.replace(/^error: /, 'sallyport: ')); } });
  for (const child of command.commands) settle(child);
}
