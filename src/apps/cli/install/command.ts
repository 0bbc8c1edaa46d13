import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { collect, outputOption, pullPolicyOption } from '../../../adapters/command-line/options.ts';
import { installManifests } from './manifests.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';
import { readClusterDomain, readImage, readReplicas, readResolver } from './read-flags.ts';

interface Flags extends InstallOptions {
  readonly print?: boolean;
  readonly output: 'yaml' | 'json';
}

const HELP_END = helpEnd({
  examples: [
    'sallyport install --print --image registry.example.com/sallyport@sha256:... | kubectl apply -f -',
    ['sallyport install --print --cert-manager --image ... | kubectl apply -f -', 'where cert-manager makes the certificates'],
    "sallyport install --print --output json | jq -r '.items[].kind'",
    ['kubectl label namespace agents sallyport.dev/agents=enforce', 'afterwards: let a namespace take agents'],
  ],
  exitCodes: { 0: 'printed' },
});

/** `sallyport install`: prints, and leaves applying to kubectl, so that a person sees first what comes into the cluster. */
export function installCommand(): Command {
  return new Command('install')
    .option('--print', 'write the manifests to standard output: CRDs, rights, webhook, controller and the webhook configurations')
    .addOption(new Option('--image <image>', 'image of webhook, controller and sidecar, best by digest').default(PLACEHOLDER_IMAGE, 'a placeholder').argParser(readImage))
    .addOption(pullPolicyOption())
    .option('--replicas <count>', 'how many webhooks run', readReplicas, 3)
    .option('--resolver <address>', "address of the cluster's DNS server (default: what the webhook's own pod uses)", readResolver)
    .option('--cluster-domain <domain>', "the cluster's DNS domain (default: what the webhook's own pod uses)", readClusterDomain)
    .option('--guard-user <name>', 'user who may change the labels of namespaces that take agents; may be repeated', collect)
    .option('--guard-group <name>', 'group whose members may; may be repeated (default: system:masters)', collect)
    .option('--cert-manager', "cert-manager makes the webhook's certificate and keeps the caBundle (it has to be installed first)")
    .addOption(outputOption('YAML documents, or one JSON List', ['yaml', 'json']))
    .addHelpText('after', HELP_END)
    .action((flags: Flags) => {
      if (flags.print !== true) throw new InputFault('usage', 'expected --print; nothing is applied from here: sallyport install --print | kubectl apply -f -');
      for (const warning of warnings(flags)) process.stderr.write(`sallyport: warning: ${warning}\n`);
      process.stdout.write(format(installManifests(flags), flags.output));
    });
}

function format(objects: readonly object[], output: Flags['output']): string {
  if (output === 'json') return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, undefined, 2)}\n`;
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}

function warnings({ image = '', replicas = 1 }: Flags): string[] {
  return [
    ...(image === PLACEHOLDER_IMAGE ? ['the image is a placeholder that cannot be pulled; name yours with --image <image>'] : []),
    ...(image.includes('@sha256:') ? [] : [`${image} can come to mean another image, and then running sidecars differ from what is injected; name it by digest (NAME@sha256:...)`]),
    ...(replicas === 1 ? ['with one webhook no agent pod can start while its node is drained or it is replaced; --replicas 3 keeps one ready'] : []),
  ];
}
