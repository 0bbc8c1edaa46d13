import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { installManifests } from '../../../src/apps/cli/install/manifests.ts';
import { SYSTEM_NAMESPACE, TRUST_CONFIG_MAP, WEBHOOK } from '../../../src/core/terms/fixed-names.ts';
import { apply, eventually, kubectl } from '../../cluster/kubectl.ts';
import { freePort, openssl } from '../egress/contestants.ts';
import { start } from '../egress/process.ts';
import { builtProgram, imageFlags } from '../egress/program.ts';

/** The webhook as a process of its own. */
export interface Webhook {
  readonly pid: number;
  readonly port: number;
  /** Certificate that its own chains to, and the name in it. */
  readonly caFile: string;
  readonly serverName: string;
  stop(): Promise<void>;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** What needs a kubelet, or what the bench puts in its place. */
const LEFT_OUT: ReadonlySet<string> = new Set(['Deployment', 'Service', 'PodDisruptionBudget', 'PriorityClass', 'NetworkPolicy']);

/** Applies what `sallyport install` prints, but for the servers themselves, and says whom sidecars trust, as the controller would. */
export async function install(folder: string): Promise<void> {
  const objects = ownManifests();
  const configurations = objects.filter(isConfiguration);
  await apply(...objects.filter((one) => !configurations.includes(one)));
  const ca = join(folder, 'controller.crt');
  openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=controller', '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', join(folder, 'controller.key'), '-out', ca]);
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: TRUST_CONFIG_MAP, namespace: SYSTEM_NAMESPACE },
    data: { 'ca.crt': readFileSync(ca, 'utf8'), 'link-keys': '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\n' },
  });
}

/**
 * Starts the webhook on one core and has the API server call it by the installed configurations. Without kube-proxy a service's
 * address leads nowhere: the Service is an external name here, and TLS asks for the Service's own name all the same.
 */
export async function startWebhook(kubeconfig: string, folder: string): Promise<Webhook> {
  const [port, health] = [await freePort(), await freePort()];
  await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: WEBHOOK, namespace: SYSTEM_NAMESPACE }, spec: { type: 'ExternalName', externalName: 'localhost' } });
  const program = [...imageFlags(), builtProgram(), 'webhook', '--kubeconfig', kubeconfig, '--listen', `127.0.0.1:${port}`, '--health', `127.0.0.1:${health}`, '--image', 'registry.example.com/sallyport:bench', '--resolver', '10.96.0.10'];
  const child = start('taskset', ['--cpu-list', String(lastCore()), process.execPath, ...program]);
  child.stdout?.resume();
  await apply(...ownManifests().filter(isConfiguration).map((one) => calledAt(one, port)));
  await eventually(`the webhook to be ready: ${child.said()}`, 60, () => isReady(child, health));
  const serverName = `${WEBHOOK}.${SYSTEM_NAMESPACE}.svc`;
  const caFile = join(folder, 'webhook-ca.crt');
  await keepCa(caFile);
  return { pid: child.pid ?? 0, port, caFile, serverName, stop: () => ended(child) };
}

/** Everything that `install` and `startWebhook` put into the cluster. */
export async function uninstall(): Promise<void> {
  const objects = ownManifests();
  for (const one of objects.filter(isConfiguration)) await kubectl(['delete', one.kind, one.metadata.name, '--ignore-not-found']);
  await kubectl(['delete', 'namespace', SYSTEM_NAMESPACE, '--ignore-not-found', '--wait=false']);
}

/** Where there are several cores, the webhook has the last one, and never more. */
export function lastCore(): number {
  return availableParallelism() - 1;
}

function ownManifests(): Manifest[] {
  return (installManifests({}) as Manifest[]).filter(({ kind }) => !LEFT_OUT.has(kind));
}

function isConfiguration({ kind }: Manifest): boolean {
  return kind.endsWith('WebhookConfiguration');
}

function calledAt(configuration: object, port: number): object {
  const { webhooks } = configuration as { webhooks: { clientConfig: { service: object } }[] };
  return { ...configuration, webhooks: webhooks.map((one) => ({ ...one, clientConfig: { service: { ...one.clientConfig.service, port } } })) };
}

async function isReady(child: ChildProcess & { said: () => string }, health: number): Promise<true | undefined> {
  if (child.exitCode !== null) throw new Error(`the webhook ended with ${child.exitCode}: ${child.said()}`);
  const answer = await fetch(`http://127.0.0.1:${health}/readyz`).catch(() => undefined);
  return answer?.ok === true ? true : undefined;
}

async function keepCa(file: string): Promise<void> {
  await eventually('the caBundle in the configurations', 30, async () => {
    const { out } = await kubectl(['get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-l', 'app.kubernetes.io/part-of=sallyport', '-o', 'json']);
    const bundles = (JSON.parse(out) as { items: { webhooks: { clientConfig: { caBundle?: string } }[] }[] }).items.flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => clientConfig.caBundle));
    if (bundles.length === 0 || bundles.some((bundle) => bundle === undefined)) return undefined;
    writeFileSync(file, Buffer.from(bundles[0] ?? '', 'base64'));
    return true;
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}
