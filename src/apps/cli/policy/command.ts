import { Command, InvalidArgumentError } from 'commander';
import { type AgentName, collect, readAgent, readLabels } from '../../../adapters/command-line/options.ts';
import { examples } from '../examples.ts';
import { type OutputOption, outputOption } from '../output-option.ts';
import { explainCall } from './explain.ts';
import { lintFiles } from './lint.ts';
import { testPolicies } from './run-cases.ts';

/** `sallyport policy lint|explain|test`. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('lint, explain and test policy files')
    .addCommand(lintCommand())
    .addCommand(explainCommand())
    .addCommand(testCommand());
}

function lintCommand(): Command {
  return new Command('lint')
    .description('print everything that is wrong with policy files, with file, line and column')
    .argument('<paths...>', 'files, or folders whose .yaml, .yml and .json files count')
    .addOption(outputOption('text, or one JSON object'))
    .addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 something is, 2 a file cannot be read.')
    .addHelpText('after', examples('sallyport policy lint policies/', 'sallyport policy lint triage.yaml --output json | jq .problems'))
    .action(async (paths: string[], { output }: OutputOption) => {
      process.exitCode = await lintFiles(paths, output, process.stdout);
    });
}

function explainCommand(): Command {
  return new Command('explain')
    .description('say what the policies make of one call, and why: everything looked at, in order')
    .argument('<method>', 'such as GET', methodToken)
    .argument('<url>', 'such as https://api.example.com/v1/items', absoluteUrl)
    .requiredOption('--policy <path>', 'policy file or folder; may be repeated', collect)
    .option('--agent <namespace/name>', 'who is calling; without it policies of every namespace apply', readAgent)
    .option('--labels <key=value,...>', 'labels of the agent\'s pod; without it matchLabels is not consulted', readLabels)
    .addOption(outputOption('text, or one JSON object'))
    .addHelpText('after', '\nExit codes: 0 permit, 1 deny or hold, 2 bad usage or a bad policy.')
    .addHelpText('after', examples(
      'sallyport policy explain --policy triage.yaml GET https://api.example.com/v1/items',
      'sallyport policy explain --policy policies/ --agent agents/triage --labels app=triage PUT https://api.example.com/v1/items/7',
    ))
    .action(async (method: string, url: string, options: OutputOption & { policy: readonly string[]; agent?: AgentName; labels?: Readonly<Record<string, string>> }) => {
      const { policy: paths, agent, labels, output } = options;
      process.exitCode = await explainCall({ method, url, paths, agent, labels, output, now: Date.now(), stdout: process.stdout });
    });
}

const TEST_FORMAT = `
FILE is YAML; the paths in it are relative to it:

  policies: [triage.yaml]             # files or folders
  agent: {namespace: agents, name: triage, labels: {app: triage}}    # without labels matchLabels is not consulted
  cases:
  - name: issues may be read
    call: GET https://api.example.com/issues/7
    expect: permit                    # or deny, or hold
    reason: allowed-by-access         # optional, as all that follows
    rule: access                      # name of the rule that decides, or rules[2]
  - name: another agent may not
    call: GET https://api.example.com/issues/7
    agent: {namespace: agents, name: other, labels: {app: other}}
    expect: deny
    reason: policy-missing
  - name: in observe mode it passes, and the record says it should not
    call: DELETE https://api.example.com/issues/7
    expect: permit
    wouldBe: deny

Exit codes: 0 all cases are as expected, 1 one is not, 2 the file or a policy is bad.`;

function testCommand(): Command {
  return new Command('test')
    .description('check policies against a file of calls and the verdicts they should get')
    .argument('<file>', 'the cases')
    .addOption(outputOption('text, or one JSON object'))
    .addHelpText('after', TEST_FORMAT)
    .addHelpText('after', examples('sallyport policy test triage.test.yaml', 'sallyport policy test triage.test.yaml --output json | jq .failed'))
    .action(async (file: string, { output }: OutputOption) => {
      process.exitCode = await testPolicies(file, output, Date.now(), process.stdout);
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
