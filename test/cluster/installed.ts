import { execFileSync } from 'node:child_process';
import { installManifests } from '../../src/apps/cli/install/manifests.ts';
import { SYSTEM_NAMESPACE, TRUST_CONFIG_MAP, WEBHOOK } from '../../src/core/terms/fixed-names.ts';
import { apply, eventually, kubectl } from './kubectl.ts';

// What `sallyport install` prints, in a cluster that has no nodes: the webhook runs on this machine instead of in a pod.

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** What needs a kubelet, or what stands in for it here. */
const LEFT_OUT: ReadonlySet<string> = new Set(['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']);

/** Kinds, rights and settings, but neither servers nor webhook configurations; and whom sidecars trust, as the controller would say it. */
export async function applyInstallation(): Promise<void> {
  await untilTakenDown();
  await apply(...manifests().filter((one) => !isConfiguration(one)));
  const ca = execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=controller', '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', '/dev/null'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  await apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: TRUST_CONFIG_MAP, namespace: SYSTEM_NAMESPACE },
    data: { 'ca.crt': ca, 'link-keys': '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\n' },
  });
}

/**
 * Has the API server call the webhook on this machine, by the configurations as they are installed. Without kube-proxy a service's
 * address leads nowhere: the Service is an external name here, and TLS asks for the Service's own name all the same.
 */
export async function callHere(port: number): Promise<void> {
  await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: WEBHOOK, namespace: SYSTEM_NAMESPACE }, spec: { type: 'ExternalName', externalName: 'localhost' } });
  await apply(...manifests().filter(isConfiguration).map((one) => calledAt(one, port)));
}

/** A cluster that ended an installation just now may still be taking its namespace down, and makes nothing in it meanwhile. */
export async function untilTakenDown(): Promise<void> {
  await eventually(`namespace ${SYSTEM_NAMESPACE} not to be on its way out`, 120, async () => {
    const { out } = await kubectl(['get', 'namespace', SYSTEM_NAMESPACE, '--ignore-not-found', '-o', 'jsonpath={.metadata.deletionTimestamp}']);
    return out === '' ? true : undefined;
  });
}

/** The CA that the webhook has written into every one of its configurations, as PEM. */
export function writtenCa(): Promise<string> {
  return eventually('the caBundle in the configurations', 60, async () => {
    const { out } = await kubectl(['get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-l', 'app.kubernetes.io/part-of=sallyport', '-o', 'json']);
    const configurations = JSON.parse(out) as { items: { webhooks: { clientConfig: { caBundle?: string } }[] }[] };
    const bundles = configurations.items.flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => clientConfig.caBundle));
    return bundles.every((bundle) => bundle !== undefined) ? Buffer.from(bundles[0] ?? '', 'base64').toString() : undefined;
  });
}

/** The configurations first: what is left must not be refused by a webhook that is no more. */
export async function removeInstallation(): Promise<void> {
  await kubectl(['delete', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-l', 'app.kubernetes.io/part-of=sallyport', '--ignore-not-found']);
  await kubectl(['delete', 'namespace', SYSTEM_NAMESPACE, '--ignore-not-found', '--wait=false']);
}

function manifests(): Manifest[] {
  return (installManifests({}) as Manifest[]).filter(({ kind }) => !LEFT_OUT.has(kind));
}

function isConfiguration({ kind }: Manifest): boolean {
  return kind.endsWith('WebhookConfiguration');
}

function calledAt(configuration: object, port: number): object {
  const { webhooks } = configuration as { webhooks: { clientConfig: { service: object } }[] };
  return { ...configuration, webhooks: webhooks.map((one) => ({ ...one, clientConfig: { service: { ...one.clientConfig.service, port } } })) };
}
