import { Command } from 'commander';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { outputOption } from '../../adapters/command-line/options.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { readManifests } from './manifest/read.ts';
import { report, styleFor } from './manifest/report.ts';
import { reviewManifest } from './manifest/review.ts';
import { subjectOf } from './manifest/subject.ts';

const HELP_END = helpEnd({
  examples: ['sallyport check pod.yaml', 'sallyport check --profile contained deploy/', 'kustomize build overlays/production | sallyport check --output json -'],
  notes: `
Pods and the pod templates of workloads are injected first, as the cluster would, and then judged by the webhook's
own code. Objects of other kinds are passed over.`,
  exitCodes: { 0: 'all admitted', 1: 'a fault' },
});

/** `sallyport check`: what the webhook would say of manifests. */
export function checkCommand(): Command {
  return withManifestFlags(new Command('check'))
    .argument('<files...>', 'manifests in YAML or JSON, folders with all below, or - for standard input')
    .addOption(outputOption('text, or one JSON list of reviews', ['text', 'json']))
    .addHelpText('after', HELP_END)
    .action(async (files: readonly string[], flags: ManifestFlags) => {
      process.exitCode = await check(files, flags);
    });
}

async function check(paths: readonly string[], flags: ManifestFlags): Promise<number> {
  const { profile, settings } = await injectionFor(flags);
  const manifests = await readManifests(paths);
  const reviewed = manifests.flatMap((manifest) => {
    const subject = subjectOf(manifest.object, flags.namespace);
    return subject === undefined ? [] : [reviewManifest(manifest, subject, profile, settings)];
  });
  process.stdout.write(`${flags.output === 'json' ? JSON.stringify(reviewed, undefined, 2) : report(reviewed, styleFor(process.stdout))}\n`);
  if (reviewed.length === 0) process.stderr.write(`sallyport: no pods are in ${manifests.length === 1 ? 'the one object' : `any of the ${manifests.length} objects`}, so nothing was reviewed\n`);
  return reviewed.some(({ verdict }) => verdict === 'refused') ? 1 : 0;
}
