import { once } from 'node:events';
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { pullPolicyOption, readListen } from '../../adapters/command-line/options.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import type { Guards } from '../../core/admission/context.ts';
import { SERVER_HEALTH_PORT, WEBHOOK_PORT } from '../../core/terms/fixed-names.ts';
import type { InjectionFlags } from './injection-settings.ts';
import type { Drain } from './server.ts';
import { injectionBase, systemResolvConf } from './settings.ts';
import type { RunningWebhook } from './start.ts';

interface Flags extends InjectionFlags {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  readonly profile: string;
  readonly certDir?: string;
  readonly kubeconfig?: string;
  readonly guardUser?: readonly string[];
  readonly guardGroup?: readonly string[];
  readonly tlsDir?: string;
}

const HELP_END = helpEnd({
  examples: [
    ['sallyport webhook --cert-dir certs --profile contained', 'without a cluster; the certificate is made in certs/'],
    ['sallyport webhook --kubeconfig ~/.kube/config', 'against a cluster, from outside'],
    ['sallyport webhook', 'inside a cluster, as `sallyport install` sets it up'],
  ],
  notes: `
Serves POST /validate, /mutate and /guard over HTTPS, and /healthz, /readyz and /metrics over HTTP on the health address.
SIGTERM ends it without losing a request: not ready first, then every answer closes its connection.

Without a cluster every namespace takes agents under one profile, and there are no other objects to look at: what only these could
tell (network policies, handlers of runtime classes) is a warning, nobody is exempt, and whatever needs a running pod is refused.`,
  exitCodes: { 0: 'ended by a signal', 1: 'it could not start' },
});

/** Removed from the Service's endpoints within this time; then the connections that the API server holds open are drained. */
const IN_CLUSTER: Drain = { delay: 5_000, patience: 15_000 };

/** Log lines are written some dozen at once, within a quarter of a second, and what is left as the process ends: each by itself would be a call of the system and of a thread for every decision. */
const GATHERED = { dest: 1, sync: false, minLength: 8 * 1024, maxLength: 4 * 1024 * 1024, periodicFlush: 250 };

/** `sallyport webhook`: runs until SIGTERM or SIGINT. */
export function webhookCommand(): Command {
  return new Command('webhook')
    .addOption(new Option('--listen <address:port>', 'HTTPS address for the API server').default(readListen(`:${WEBHOOK_PORT}`), `:${WEBHOOK_PORT}`).argParser(readListen))
    .addOption(new Option('--health <address:port>', 'HTTP address of /healthz, /readyz and /metrics').default(readListen(`:${SERVER_HEALTH_PORT}`), `:${SERVER_HEALTH_PORT}`).argParser(readListen))
    .addOption(new Option('--cert-dir <dir>', 'run without a cluster, with the certificate in this folder (made there if absent)').conflicts('kubeconfig'))
    .option('--profile <name|file>', 'without a cluster: the profile of every namespace', 'isolated')
    .addOption(new Option('--tls-dir <dir>', 'serve with the tls.crt and tls.key of this folder, which somebody else renews (default: a certificate in a Secret, made and renewed here)').conflicts('certDir'))
    .option('--kubeconfig <file>', 'cluster to serve; without it and --cert-dir, the one this runs in')
    .addOption(new Option('--guard-user <name>', 'user who may change the labels of namespaces that take agents; may be repeated').argParser(collect))
    .addOption(new Option('--guard-group <name>', 'group whose members may; may be repeated (default: system:masters)').argParser(collect))
    .option('--image <image>', 'image of the injected containers', 'sallyport:latest')
    .addOption(pullPolicyOption())
    .option('--resolver <address>', "the cluster's DNS server (default: this pod's own)")
    .option('--cluster-domain <domain>', "the cluster's DNS domain (default: from this pod's search list, else cluster.local)")
    .option('--controller-url <url>', "where sidecars find the controller (default: the Service's address)")
    .addHelpText('after', HELP_END)
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  if (flags.certDir === undefined && flags.kubeconfig === undefined && process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
    throw new InputFault('usage', 'this process runs in no cluster; expected --cert-dir <dir> to do without one, or --kubeconfig <file> to name one');
  }
  const log = pino({ name: 'sallyport-webhook' }, pino.destination(GATHERED));
  const injection = injectionBase(flags, process.env, systemResolvConf());
  const { listen, health, profile, certDir, kubeconfig, tlsDir } = flags;
  const shared = { listen, health, injection, log };
  const webhook =
    certDir === undefined
      ? await (await import('./clustered.ts')).startClustered({ ...shared, ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(tlsDir === undefined ? {} : { tlsDir }), guards: guardsOf(flags) })
      : await (await import('./standalone.ts')).startStandalone({ ...shared, profile, certDir });
  log.info({ address: webhook.address, health: webhook.healthPort }, 'webhook listening');
  await untilStopped(webhook, certDir === undefined ? IN_CLUSTER : undefined);
  log.info({}, 'webhook stopped');
}

function guardsOf({ guardUser = [], guardGroup = ['system:masters'] }: Flags): Guards {
  return { users: new Set(guardUser), groups: new Set(guardGroup) };
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

async function untilStopped(webhook: RunningWebhook, drain: Drain | undefined): Promise<void> {
  const [signal]: unknown[] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  // A person at a terminal does not want to wait for endpoints.
  await webhook.close(signal === 'SIGINT' ? undefined : drain);
}
