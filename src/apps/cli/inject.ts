import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { at, type PodPath } from '../../core/admission/workloads.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { injectObject } from './manifest/inject.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { readManifests, type Manifest } from './manifest/read.ts';
import { subjectOf } from './manifest/subject.ts';

const EXAMPLES = `
Examples:
  sallyport inject pod.yaml
  sallyport inject --output json deploy/ | jq '.items[].kind'
  diff <(sallyport inject pod.yaml) <(kubectl get pod triage -o yaml)

Prints every object, with the sidecar in its pod or pod template; those without pods stay as they are. Without --controller-ca
and --link-key the sidecar trusts nobody: it shows what will run, and is not for applying. Exit codes: 0 done; 2 input that cannot be read.`;

/** `sallyport inject`: a manifest as it will run. */
export function injectCommand(): Command {
  return withManifestFlags(new Command('inject'))
    .description('show a manifest as it will run')
    .argument('<FILE|DIR|->', 'manifests: YAML or JSON, several documents and Lists too; - is standard input')
    .argument('[MORE...]', 'more of them')
    .addOption(new Option('--output <FORMAT>', 'yaml documents, or json: one List').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', EXAMPLES)
    .action(async (first: string, more: readonly string[], flags: ManifestFlags) => {
      await show([first, ...more], flags);
    });
}

async function show(paths: readonly string[], flags: ManifestFlags): Promise<void> {
  const { settings } = await injectionFor(flags);
  const objects = (await readManifests(paths)).map((manifest) => {
    const subject = subjectOf(manifest.object, flags.namespace);
    if (subject === undefined) return manifest.object;
    refuseUnreadable(manifest, subject.path);
    return injectObject(manifest.object, subject, settings);
  });
  process.stdout.write(flags.output === 'json' ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n` : documents(objects));
}

function documents(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

function refuseUnreadable({ file, object, lineOf }: Manifest, path: PodPath): void {
  const read = readPod(at(object, path));
  if (read.ok) return;
  const told = read.findings.map((finding) => ({ ...finding, field: [...path, finding.field].filter((step) => step !== '').join('.') }));
  throw new InputFault('unfit', told.map(({ field, message }) => `${file}:${lineOf(field)}: ${field}: ${message}`).join('\n'));
}
