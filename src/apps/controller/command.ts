import { once } from 'node:events';
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { readListen } from '../../adapters/command-line/options.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import { CONTROLLER_PORT, SERVER_HEALTH_PORT, SYSTEM_NAMESPACE } from '../../core/terms/fixed-names.ts';

interface Flags {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly clusterDomain: string;
}

const HELP_END = helpEnd({
  examples: [
    ['sallyport controller', 'inside a cluster, as `sallyport install` sets it up'],
    ['sallyport controller --kubeconfig ~/.kube/config', 'against a cluster, from outside'],
  ],
  notes: `
Serves GET /v1/snapshot over HTTPS to sidecars, and /healthz, /readyz and /metrics over HTTP on the health address.
Keeps its certificate and its keys (one signs policies, one is for sealing payloads) in Secrets, and tells the webhook
in ConfigMap sallyport-trust whom sidecars may trust.`,
  exitCodes: { 0: 'ended by a signal', 1: 'it could not start' },
});

/** `sallyport controller`: runs until SIGTERM or SIGINT. */
export function controllerCommand(): Command {
  return new Command('controller')
    .addOption(new Option('--listen <address:port>', 'HTTPS address for sidecars').default(readListen(`:${CONTROLLER_PORT}`), `:${CONTROLLER_PORT}`).argParser(readListen))
    .addOption(new Option('--health <address:port>', 'HTTP address of /healthz, /readyz and /metrics').default(readListen(`:${SERVER_HEALTH_PORT}`), `:${SERVER_HEALTH_PORT}`).argParser(readListen))
    .option('--kubeconfig <file>', 'cluster to serve; without it the one this runs in')
    .option('--namespace <name>', 'where its own Secrets and ConfigMap lie', SYSTEM_NAMESPACE)
    .option('--cluster-domain <domain>', "the cluster's DNS domain", 'cluster.local')
    .addHelpText('after', HELP_END)
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
