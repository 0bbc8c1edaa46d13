import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { outputOption, pullPolicyOption } from '../../../adapters/command-line/options.ts';
import { installManifests } from './manifests.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';

interface Flags extends InstallOptions {
  readonly print?: boolean;
  readonly output: 'yaml' | 'json';
}

const HELP_END = helpEnd({
  examples: [
    'sallyport install --print --image registry.example.com/sallyport@sha256:... | kubectl apply -f -',
    "sallyport install --print --output json | jq -r '.items[].kind'",
    ['kubectl label namespace agents sallyport.dev/agents=enforce', 'afterwards: let a namespace take agents'],
  ],
  exitCodes: { 0: 'printed' },
});

/** `sallyport install`: prints, and leaves applying to kubectl, so that a person sees first what comes into the cluster. */
export function installCommand(): Command {
  return new Command('install')
    .option('--print', 'write the manifests to standard output: CRDs, rights, webhook, controller and the webhook configurations')
    .addOption(new Option('--image <image>', 'image of webhook, controller and sidecar, best by digest').default(PLACEHOLDER_IMAGE, 'a placeholder'))
    .addOption(pullPolicyOption())
    .option('--replicas <count>', 'how many webhooks run', count, 2)
    .option('--resolver <address>', "address of the cluster's DNS server (default: what the webhook's own pod uses)")
    .option('--cluster-domain <domain>', "the cluster's DNS domain (default: what the webhook's own pod uses)")
    .addOption(outputOption('YAML documents, or one JSON List', ['yaml', 'json']))
    .addHelpText('after', HELP_END)
    .action((flags: Flags) => {
      if (flags.print !== true) throw new InputFault('usage', 'expected --print; nothing is applied from here: sallyport install --print | kubectl apply -f -');
      if (flags.image === PLACEHOLDER_IMAGE) process.stderr.write('sallyport: warning: the image is a placeholder that cannot be pulled; name yours with --image <image>\n');
      process.stdout.write(format(installManifests(flags), flags.output));
    });
}

function format(objects: readonly object[], output: Flags['output']): string {
  if (output === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n`;
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

function count(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.');
  return Number(text);
}
