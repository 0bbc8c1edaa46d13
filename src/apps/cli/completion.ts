import { Argument, Command } from 'commander';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { COMMANDS } from './commands.ts';

const SCRIPTS = {
  bash: `_sallyport() {
  local IFS=$'\\n'
  COMPREPLY=($(sallyport complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _sallyport sallyport
`,
  zsh: `#compdef sallyport
_sallyport() {
  local -a words_found
  words_found=("\${(@f)$(sallyport complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [ -n "\${words_found[1]}" ]; then compadd -- "\${words_found[@]}"; else _files; fi
}
if [ "$funcstack[1]" = _sallyport ]; then _sallyport; else compdef _sallyport sallyport; fi
`,
  fish: `function __sallyport
  set -l words (commandline -opc) (commandline -ct)
  set -l found (sallyport complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c sallyport -f -a '(__sallyport)'
`,
} as const;

type Shell = keyof typeof SCRIPTS;

export function completionCommand(): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', helpEnd({
      examples: ['source <(sallyport completion bash)', 'sallyport completion zsh > "${fpath[1]}/_sallyport"', 'sallyport completion fish > ~/.config/fish/completions/sallyport.fish'],
      exitCodes: { 0: 'printed' },
    }))
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell]);
    });
}

/** What the scripts call: prints one candidate a line for the last of the given words. */
export function completeCommand(): Command {
  return new Command('complete')
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      const found = await candidates(words);
      if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
    });
}

/** What may stand where the last word stands: sub-commands, options, and what an option or argument has to be one of. Empty where a file may. */
export async function candidates(words: readonly string[]): Promise<string[]> {
  const [first = '', ...rest] = words;
  if (rest.length === 0) return fitting(first, [...COMMANDS.map(({ name }) => name), 'help', '--help', '--version']);
  if (first === 'help') return (await candidates(rest)).filter((name) => !name.startsWith('-'));
  const entry = COMMANDS.find(({ name }) => name === first);
  // After -- everything is a program's own.
  if (entry === undefined || rest.slice(0, -1).includes('--')) return [];
  const before = rest.slice(0, -1);
  const command = descend(await entry.load(), before);
  return fitting(rest.at(-1) ?? '', valuesOf(command, before.at(-1)) ?? within(command));
}

/** Options are only offered to whoever began to type one. */
function fitting(typed: string, names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(typed) && (typed.startsWith('-') || !name.startsWith('-')));
}

function descend(command: Command, words: readonly string[]): Command {
  let at = command;
  for (const word of words) at = at.commands.find((child) => child.name() === word) ?? at;
  return at;
}

/** Undefined where the word before is no option that takes a value. */
function valuesOf(command: Command, before: string | undefined): readonly string[] | undefined {
  const option = command.options.find(({ long, short }) => before !== undefined && (long === before || short === before));
  return option?.required === true || option?.optional === true ? option.argChoices ?? [] : undefined;
}

function within(command: Command): string[] {
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const options = command.options.flatMap((option) => option.long ?? []);
  return [...command.commands.map((child) => child.name()), ...choices, ...options, '--help'];
}
