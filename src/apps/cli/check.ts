import { Command, Option } from 'commander';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { readManifests } from './manifest/read.ts';
import { report, styleFor } from './manifest/report.ts';
import { reviewManifest } from './manifest/review.ts';
import { subjectOf } from './manifest/subject.ts';

const EXAMPLES = `
Examples:
  sallyport check pod.yaml
  sallyport check --profile contained deploy/
  kustomize build overlays/production | sallyport check --output json -

Pods and the pod templates of workloads are injected first, as the cluster would, and then judged by the webhook's own code.
Objects of other kinds are passed over. Exit codes: 0 all admitted; 1 a fault; 2 input that cannot be read.`;

/** `sallyport check`: what the webhook would say of manifests. */
export function checkCommand(): Command {
  return withManifestFlags(new Command('check'))
    .description('review manifests as the webhook would')
    .argument('<FILE|DIR|->', 'manifests: YAML or JSON, several documents and Lists too; - is standard input')
    .argument('[MORE...]', 'more of them')
    .addOption(new Option('--output <FORMAT>', 'text, or json: one list of reviews').choices(['text', 'json']).default('text'))
    .addHelpText('after', EXAMPLES)
    .action(async (first: string, more: readonly string[], flags: ManifestFlags) => {
      process.exitCode = await check([first, ...more], flags);
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
