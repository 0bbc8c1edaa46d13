import { Command, InvalidArgumentError } from 'commander';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { type AgentName, collect, outputOption, readAgent, readLabels } from '../../../adapters/command-line/options.ts';
import { explainCall } from './explain.ts';
import { testCommand } from '../test/command.ts';
import { lintFiles } from './lint.ts';

interface OutputOption {
  readonly output: 'text' | 'json';
}

/** `sallyport policy lint|explain|test`. */
export function policyCommand(): Command {
  return new Command('policy')
    .addCommand(lintCommand())
    .addCommand(explainCommand())
    .addCommand(testCommand('sallyport policy test').description('The same as sallyport test.'));
}

function lintCommand(): Command {
  return new Command('lint')
    .description('Print everything that is wrong with policy files, with file, line and column.')
    .argument('<files...>', 'policy files, folders whose .yaml, .yml and .json files count, or - for standard input')
    .addOption(outputOption('text, or one JSON object', ['text', 'json']))
    .addHelpText('after', helpEnd({
      examples: ['sallyport policy lint policies/', 'sallyport policy lint triage.yaml --output json | jq .problems', 'helm template . --show-only templates/policy.yaml | sallyport policy lint -'],
      exitCodes: { 0: 'nothing is wrong', 1: 'something is' },
    }))
    .action(async (paths: string[], { output }: OutputOption) => {
      process.exitCode = await lintFiles(paths, output, process.stdout);
    });
}

function explainCommand(): Command {
  return new Command('explain')
    .description('Say what the policies make of one call, and why: everything looked at, in order.')
    .argument('<method>', 'such as GET', methodToken)
    .argument('<url>', 'such as https://api.example.com/v1/items', absoluteUrl)
    .requiredOption('--policy <file|dir>', 'policy file, or a folder of them (repeatable)', collect)
    .option('--agent <namespace/name>', 'who is calling; without it policies of every namespace apply', readAgent)
    .option('--labels <key=value,...>', 'labels of the agent\'s pod; without it matchLabels is not consulted', readLabels)
    .addOption(outputOption('text, or one JSON object', ['text', 'json']))
    .addHelpText('after', helpEnd({
      examples: [
        'sallyport policy explain --policy triage.yaml GET https://api.example.com/v1/items',
        'sallyport policy explain --policy policies/ --agent agents/triage --labels app=triage PUT https://api.example.com/v1/items/7',
      ],
      exitCodes: { 0: 'permit', 1: 'deny or hold', 2: 'bad usage or unreadable input, a bad policy too' },
    }))
    .action(async (method: string, url: string, options: OutputOption & { policy: readonly string[]; agent?: AgentName; labels?: Readonly<Record<string, string>> }) => {
      const { policy: paths, agent, labels, output } = options;
      process.exitCode = await explainCall({ method, url, paths, agent, labels, output, now: Date.now(), stdout: process.stdout });
    });
}

/** Of any scheme; what is none ends with 2, since nothing was judged. */
function absoluteUrl(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new InvalidArgumentError('Expected a URL, such as https://api.example.com/v1/items.');
  return text;
}

function methodToken(text: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) throw new InvalidArgumentError('Expected a method, such as GET.');
  return text;
}
