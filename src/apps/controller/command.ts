import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { type ListenAddress, readListenAddress } from '../../adapters/network/listen-address.ts';

interface Flags {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly clusterDomain: string;
}

const EXAMPLES = `
Examples:
  sallyport controller                                   inside a cluster, as \`sallyport install\` sets it up
  sallyport controller --kubeconfig ~/.kube/config       against a cluster, from outside

Serves GET /v1/snapshot over HTTPS to sidecars, and /healthz, /readyz and /metrics over HTTP on the health address.
Keeps its certificate and its keys (one signs policies, one is for sealing payloads) in Secrets, and tells the webhook in ConfigMap sallyport-trust whom sidecars may trust.`;

/** `sallyport controller`: runs until SIGTERM or SIGINT. */
export function controllerCommand(): Command {
  return new Command('controller')
    .description('serves each sidecar the policies of its pod')
    .addOption(new Option('--listen <ADDRESS>', 'HTTPS address for sidecars').default(address(':8443'), ':8443').argParser(address))
    .addOption(new Option('--health <ADDRESS>', 'HTTP address of /healthz, /readyz and /metrics').default(address(':9090'), ':9090').argParser(address))
    .option('--kubeconfig <FILE>', 'cluster to serve; without it the one this runs in')
    .option('--namespace <NAME>', 'where its own Secrets and ConfigMap lie', 'sallyport-system')
    .option('--cluster-domain <DOMAIN>', "the cluster's DNS domain", 'cluster.local')
    .addHelpText('after', EXAMPLES)
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  const log = pino({ name: 'sallyport-controller' });
  const { startClustered } = await import('./clustered.ts');
  const controller = await startClustered({ ...flags, log });
  log.info({ address: controller.address, health: controller.healthPort }, 'controller listening');
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await controller.close();
  log.info({}, 'controller stopped');
}

function address(text: string): ListenAddress {
  const read = readListenAddress(text);
  if (read === undefined) throw new InvalidArgumentError('expected HOST:PORT or :PORT');
  return read;
}
