import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import { installManifests } from './manifests.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';

interface Flags extends InstallOptions {
  readonly print?: boolean;
  readonly output: 'yaml' | 'json';
}

const EXAMPLES = `
Examples:
  sallyport install --print --image registry.example.com/sallyport@sha256:... | kubectl apply -f -
  sallyport install --print --output json | jq -r '.items[].kind'

Afterwards, let a namespace take agents:
  kubectl label namespace NAME sallyport.dev/agents=enforce`;

/** `sallyport install`: prints, and leaves applying to kubectl, so that a person sees first what comes into the cluster. */
export function installCommand(): Command {
  return new Command('install')
    .description('print everything a cluster needs: CRDs, rights, webhook, controller and the webhook configurations')
    .option('--print', 'write the manifests to standard output')
    .option('--image <REF>', 'image of webhook, controller and sidecar, best by digest', PLACEHOLDER_IMAGE)
    .addOption(new Option('--image-pull-policy <POLICY>', 'of all of them').choices(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'))
    .option('--replicas <COUNT>', 'of the webhook', count, 2)
    .option('--resolver <IP>', "address of the cluster's DNS server (default: what the webhook's own pod uses)")
    .option('--cluster-domain <DOMAIN>', "the cluster's DNS domain (default: what the webhook's own pod uses)")
    .addOption(new Option('--output <FORMAT>', 'one YAML stream, or one JSON List').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', EXAMPLES)
    .action((flags: Flags, command: Command) => {
      if (flags.print !== true) command.error('error: expected --print; nothing is applied from here: sallyport install --print | kubectl apply -f -');
      if (flags.image === PLACEHOLDER_IMAGE) process.stderr.write('sallyport install: the image is a placeholder that cannot be pulled; give --image REF\n');
      process.stdout.write(format(installManifests(flags), flags.output));
    });
}

function format(objects: readonly object[], output: Flags['output']): string {
  if (output === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n`;
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError(`expected a number from 1 to 99, got ${JSON.stringify(text)}`);
  return Number(text);
}
