import { Command } from 'commander';
import { stringify } from 'yaml';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { outputOption } from '../../adapters/command-line/options.ts';
import { at, type PodPath } from '../../core/admission/workloads.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { injectObject } from './manifest/inject.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { readManifests, type Manifest } from './manifest/read.ts';
import { subjectOf } from './manifest/subject.ts';

const HELP_END = helpEnd({
  examples: ['sallyport inject pod.yaml', "sallyport inject --output json deploy/ | jq '.items[].kind'", 'diff <(sallyport inject pod.yaml) <(kubectl get pod triage -o yaml)'],
  notes: `
Prints every object, with the sidecar in its pod or pod template; those without pods stay as they are. Without
--controller-ca and --link-key the sidecar trusts nobody: it shows what will run, and is not for applying.`,
  exitCodes: { 0: 'done' },
});

/** `sallyport inject`: a manifest as it will run. */
export function injectCommand(): Command {
  return withManifestFlags(new Command('inject'))
    .argument('<files...>', 'manifests in YAML or JSON, folders with all below, or - for standard input')
    .addOption(outputOption('YAML documents, or one JSON List', ['yaml', 'json']))
    .addHelpText('after', HELP_END)
    .action(async (files: readonly string[], flags: ManifestFlags) => {
      await show(files, flags);
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
