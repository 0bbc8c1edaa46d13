import { Command } from 'commander';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { outputOption } from '../../adapters/command-line/options.ts';
import { allAt, type PodPath } from '../../core/admission/workloads.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { injectObject } from './manifest/inject.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from './manifest/options.ts';
import { yamlDocuments } from './manifest/print.ts';
import { readManifests, type Manifest } from './manifest/read.ts';
import { subjectOf } from './manifest/subject.ts';
import { type Setting, worldOf } from './manifest/world.ts';

const HELP_END = helpEnd({
  examples: ['sallyport inject pod.yaml', "sallyport inject --output json deploy/ | jq '.items[].kind'", 'diff <(sallyport inject pod.yaml) <(kubectl get pod triage -o yaml)'],
  notes: `
Prints every object, with the sidecar in its pod or pod template; those without pods stay as they are. Without
--controller-ca and --link-key the sidecar trusts nobody: it shows what will run, and is not for applying.`,
  exitCodes: { 0: 'done' },
});

interface InjectFlags extends ManifestFlags {
  readonly output: 'yaml' | 'json';
}

/** `sallyport inject`: a manifest as it will run. */
export function injectCommand(): Command {
  return withManifestFlags(new Command('inject'))
    .argument('<files...>', 'manifests in YAML or JSON, folders with all below, or - for standard input')
    .addOption(outputOption('YAML documents, or one JSON List', ['yaml', 'json']))
    .addHelpText('after', HELP_END)
    .action(async (files: readonly string[], flags: InjectFlags) => {
      await show(files, flags);
    });
}

async function show(paths: readonly string[], flags: InjectFlags): Promise<void> {
  const { profile, settingsFor } = await injectionFor(flags);
  const { manifests } = await readManifests(paths);
  const world = worldOf(manifests, { namespace: flags.namespace, profile }, Date.now());
  const objects = manifests.map((manifest) => {
    const subject = subjectOf(manifest, world.usual, world.templates);
    if (subject?.path === undefined || !isInjected(world.setting(subject.namespace))) return manifest.object;
    refuseUnreadable(manifest, subject.path);
    return injectObject(manifest.object, subject, settingsFor(world.setting(subject.namespace).profile));
  });
  process.stdout.write(flags.output === 'json' ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n` : yamlDocuments(objects));
}

/** As the cluster does it: only where every pod is reviewed afterwards. */
function isInjected({ takesAgents, mode }: Setting): boolean {
  return takesAgents && mode === 'enforce';
}

function refuseUnreadable({ file, object, positionOf }: Manifest, path: PodPath): void {
  const told = allAt(object, path).flatMap((found) => {
    const read = readPod(found.value);
    return read.ok ? [] : read.findings.map(({ field, message, fix }) => ({ field: [found.field, field].filter((part) => part !== '').join('.'), message: `${message} (${fix})` }));
  });
  if (told.length === 0) return;
  throw new InputFault('unfit', told.map(({ field, message }) => `${file}:${positionOf(field).line}:${positionOf(field).column}: ${field}: ${message}`).join('\n'));
}
