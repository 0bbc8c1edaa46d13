import { Argument, Command } from 'commander';
import { COMMANDS } from './commands.ts';

const SCRIPTS = {
  bash: `_sallyport() {
  local IFS=$'\\n'
  COMPREPLY=($(sallyport complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o filenames -F _sallyport sallyport
`,
  zsh: `#compdef sallyport
_sallyport() {
  local -a words_found
  words_found=("\${(@f)$(sallyport complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [ -n "\${words_found[1]}" ]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _sallyport sallyport
`,
  fish: `function __sallyport
  set -l words (commandline -opc) (commandline -ct)
  sallyport complete -- $words[2..-1] 2>/dev/null
end
complete -c sallyport -a '(__sallyport)'
`,
} as const;

type Shell = keyof typeof SCRIPTS;

export function completionCommand(): Command {
  return new Command('completion')
    .description('Print a completion script for a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(sallyport completion bash)
  sallyport completion zsh > "\${fpath[1]}/_sallyport"
  sallyport completion fish > ~/.config/fish/completions/sallyport.fish`,
    )
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

/** The sub-commands and options that may stand where the last word stands. */
export async function candidates(words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const entry = words.length > 1 ? COMMANDS.find((command) => command.name === words[0]) : undefined;
  if (words.length > 1 && !entry) return [];
  const names = entry ? within(descend(await entry.load(), words.slice(1, -1))) : COMMANDS.map((command) => command.name);
  return names.filter((name) => name.startsWith(typed) && (typed.startsWith('-') || !name.startsWith('-')));
}

function descend(command: Command, words: readonly string[]): Command {
  let at = command;
  for (const word of words) at = at.commands.find((child) => child.name() === word) ?? at;
  return at;
}

function within(command: Command): string[] {
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const options = command.options.flatMap((option) => option.long ?? []);
  return [...command.commands.map((child) => child.name()), ...choices, ...options, '--help'];
}
