import { Command } from 'commander';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { outputOption } from '../../adapters/command-line/options.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { readManifests } from './manifest/read.ts';
import { report, styleFor, subjectText } from './manifest/report.ts';
import { reviewManifests, type Reviewed, type ReviewedManifest } from './manifest/review.ts';
import { worldOf } from './manifest/world.ts';
import { junit } from './report/junit.ts';
import { sarif } from './report/sarif.ts';
import { version } from './version.ts';

const HELP_END = helpEnd({
  examples: [
    'sallyport check pod.yaml',
    'sallyport check --profile contained deploy/',
    'helm template charts/agent | sallyport check -',
    'kustomize build overlays/production | sallyport check --output sarif - > sallyport.sarif',
    ['sallyport check --cluster', 'what runs now without a proven sidecar, or would be refused'],
  ],
  notes: `
Pods and the pod templates of workloads are injected first, as the cluster would, and then judged by the webhook's
own code; policies, profiles and exemptions are read as it reads them. Namespaces, SandboxProfiles, Exemptions,
NetworkPolicies, RuntimeClasses and AgentPolicies in the input count as what the cluster has. What cannot be told
without the cluster is a warning. Objects of other kinds are passed over.`,
  exitCodes: { 0: 'all admitted', 1: 'a fault, or an unproven pod of the cluster' },
});

interface CheckFlags extends ManifestFlags {
  readonly output: 'text' | 'json' | 'sarif' | 'junit';
  readonly cluster?: true;
  readonly kubeconfig?: string;
}

/** `sallyport check`: what the webhook would say of manifests. */
export function checkCommand(): Command {
  return withManifestFlags(new Command('check'))
    .argument('[files...]', 'manifests in YAML or JSON, folders with all below, or - for standard input')
    .option('--cluster', 'review the agent pods that run in a cluster instead, in every namespace that takes agents or in that of --namespace')
    .option('--kubeconfig <file>', 'with --cluster: the cluster (default: as kubectl: of KUBECONFIG, ~/.kube/config, or the one this runs in)')
    .addOption(outputOption('text, one JSON list of reviews, a SARIF 2.1.0 log, or a JUnit report', ['text', 'json', 'sarif', 'junit']))
    .addHelpText('after', HELP_END)
    .action(async (files: readonly string[], flags: CheckFlags, command: Command) => {
      process.exitCode = await (flags.cluster === true ? checkRunning(files, flags, command) : check(files, flags));
    });
}

/** The cluster itself says which profile a namespace has, and whom it trusts: no flag takes the place of that. */
async function checkRunning(files: readonly string[], { output, kubeconfig, namespace }: CheckFlags, command: Command): Promise<number> {
  if (files.length > 0) throw new InputFault('usage', `--cluster: expected no files beside it, got ${files.length}`);
  if (output !== 'text' && output !== 'json') throw new InputFault('usage', `--output: expected text or json with --cluster, got ${output}`);
  const { checkCluster } = await import('./check-cluster.ts');
  const given = command.getOptionValueSource('namespace') === 'cli' ? { namespace } : {};
  return checkCluster({ output, ...given, ...(kubeconfig !== undefined && { kubeconfig }) });
}

async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  if (paths.length === 0) throw new InputFault('usage', 'expected files or folders to review, or --cluster');
  if (flags.kubeconfig !== undefined) throw new InputFault('usage', '--kubeconfig: expected --cluster with it; files are reviewed without a cluster');
  const { profile, settingsFor } = await injectionFor(flags);
  const { manifests, strangers } = await readManifests(paths);
  const now = Date.now();
  const world = worldOf(manifests, { namespace: flags.namespace, profile }, now);
  const reviewed = reviewManifests(manifests, world, settingsFor, now);
  process.stdout.write(FORMATS[flags.output](reviewed));
  for (const note of notes(reviewed, manifests.length, strangers)) process.stderr.write(`sallyport: ${note}\n`);
  return reviewed.reviewed.some(({ verdict }) => verdict === 'refused') ? 1 : 0;
}

const FORMATS: Readonly<Record<CheckFlags['output'], (reviewed: Reviewed) => string>> = {
  text: (reviewed) => `${report(reviewed, styleFor(process.stdout))}\n`,
  json: ({ reviewed }) => `${JSON.stringify(reviewed, undefined, 2)}\n`,
  sarif: (reviewed) => `${JSON.stringify(sarif(reviewed, version()), undefined, 2)}\n`,
  junit: ({ reviewed }) => junit('sallyport check', reviewed.map(caseOf)),
};

function caseOf(one: ReviewedManifest) {
  const told = one.faults.map(({ weight, field, line, column, message, check, fix }) => `${weight} ${one.file}:${line}:${column} ${field}: ${message} [${check}]. Fix: ${fix}`);
  const serious = one.faults.filter(({ weight }) => weight === 'deny').length;
  const common = { name: subjectText(one), suite: one.file, file: one.file, line: one.line };
  if (one.verdict === 'refused') return { ...common, failure: { summary: `refused: ${serious} ${serious === 1 ? 'fault' : 'faults'}`, details: told.join('\n') } };
  return told.length === 0 ? common : { ...common, output: told.join('\n') };
}

/** What whoever reads the report has to know besides: it goes to standard error, so that every format stays what it is. */
function notes({ reviewed, assumptions }: Reviewed, objects: number, strangers: readonly string[]): string[] {
  return [
    ...assumptions,
    ...(strangers.length === 0 ? [] : [`passed over, as no Kubernetes object is in them: ${strangers.slice(0, 10).join(', ')}${strangers.length > 10 ? ` and ${strangers.length - 10} more` : ''}`]),
    ...(reviewed.length === 0 ? [`no pods are in ${objects === 1 ? 'the one object' : `any of the ${objects} objects`}, so nothing was reviewed`] : []),
  ];
}
