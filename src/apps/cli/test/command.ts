import { Command, InvalidArgumentError } from 'commander';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { outputOption } from '../../../adapters/command-line/options.ts';
import { styleFor } from '../manifest/report.ts';
import { testJson, testJunit, testReport, type TestRun } from './report.ts';
import { runTests } from './run.ts';

const FORMAT = `
A folder's case files are those called sallyport-test.yaml, or NAME.sallyport-test.yaml, anywhere below it. Paths in
them are relative to them:

  policies: [triage.yaml]             # for calls: files or folders
  agent: {namespace: agents, name: triage, labels: {app: triage}}    # without labels matchLabels is not consulted
  facts: [namespace.yaml]             # for manifests: what the cluster has, as check takes it from its input
  profile: contained                  # of namespaces that are not in the facts; or a file (default: isolated)
  namespace: agents                   # of objects that name none (default: default)
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
  - name: nobody shares the node's network
    manifest: bad/host-network.yaml
    object: Pod agents/bare           # where several are in it
    expect: refused                   # or admitted
    checks: [host-namespaces]         # exactly those that refuse it
    reasons: [host-network]           # the same by reason
    warnings: [image-source]          # exactly those that warn`;

interface TestFlags {
  readonly output: 'text' | 'json' | 'junit';
  readonly minCoverage?: number;
}

/** `sallyport test`, and the same as `sallyport policy test`: policies and manifests against the verdicts that they should get. */
export function testCommand(words: 'sallyport test' | 'sallyport policy test' = 'sallyport test'): Command {
  return new Command('test')
    .argument('<files...>', 'case files, or folders')
    .option('--min-coverage <percent>', 'fail where fewer of the checks are exercised by a case', percentage)
    .addOption(outputOption('text, one JSON object, or a JUnit report', ['text', 'json', 'junit']))
    .addHelpText('after', helpEnd({
      examples: [`${words} policies/`, `${words} triage.sallyport-test.yaml --output json | jq .failed`, `${words} --min-coverage 80 --output junit deploy/ > report.xml`],
      notes: FORMAT,
      exitCodes: { 0: 'all cases are as expected', 1: 'one is not, or too few checks are exercised', 2: 'bad usage or unreadable input' },
    }))
    .action(async (paths: readonly string[], flags: TestFlags) => {
      process.exitCode = await test(paths, flags);
    });
}

async function test(paths: readonly string[], { output, minCoverage }: TestFlags): Promise<number> {
  const run = await runTests(paths, Date.now());
  process.stdout.write(FORMATS[output](run));
  const percent = run.coverage?.percent ?? 0;
  const uncovered = minCoverage !== undefined && percent < minCoverage;
  if (uncovered) process.stderr.write(`sallyport: ${percent} % of the checks are exercised by a case, and --min-coverage asks for ${minCoverage} %\n`);
  return uncovered || run.results.some(({ ok }) => !ok) ? 1 : 0;
}

const FORMATS: Readonly<Record<TestFlags['output'], (run: TestRun) => string>> = {
  text: (run) => testReport(run, styleFor(process.stdout)),
  json: testJson,
  junit: testJunit,
};

function percentage(text: string): number {
  const percent = Number(text);
  if (!/^\d{1,3}$/.test(text) || percent > 100) throw new InvalidArgumentError('Expected a whole number from 0 to 100.');
  return percent;
}
