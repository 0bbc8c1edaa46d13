import { mintAuthority, mintServing } from '../../src/adapters/certificates/serving.ts';
import { connectKube, type KubeClient } from '../../src/adapters/kube/client.ts';
import { watchExemptions } from '../../src/adapters/kube/exemptions.ts';
import { watchNamespaces } from '../../src/adapters/kube/namespaces.ts';
import { watchObjects } from '../../src/adapters/kube/objects.ts';
import { watchProfiles } from '../../src/adapters/kube/profiles.ts';
import { keepTemplateRules } from '../../src/adapters/kube/template-rules.ts';
import { webhookConfigurations } from '../../src/apps/cli/install/configurations.ts';
import { clusterFacts } from '../../src/apps/webhook/cluster-facts.ts';
import { clusterReceipts } from '../../src/apps/webhook/receipts.ts';
import { startWebhook } from '../../src/apps/webhook/start.ts';
import { isOnlyListed } from '../../src/core/admission/resources.ts';
import { customResourceDefinitions } from '../../src/core/policy/crd.ts';
import { BASE } from './injection-base.ts';
import { apply, eventually, kubectl } from './kubectl.ts';


export interface WebhookHere {
  readonly client: KubeClient;
  /** What was reviewed, as the webhook's log has it, oldest first. */
  readonly reviews: readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

/**
 * Runs the webhook in this process, with its real facts, and has the API server of `KUBECONFIG` call it on the loopback by the installed
 * configurations under another name: for namespaces with the label `test.example/webhook: NAME` alone. A control plane is enough for it.
 */
export async function webhookHere(name: string): Promise<WebhookHere> {
  const client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  await apply(...customResourceDefinitions(), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sallyport-system' } });
  const authority = await mintAuthority({ commonName: 'Test CA', now: Date.now(), lifetime: 3_600_000 });
  const serving = await mintServing({ authority, dnsNames: ['localhost'], ips: ['127.0.0.1'], now: Date.now(), lifetime: 3_600_000 });
  const watch = { client, now: Date.now, random: Math.random };
  const sources = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
  const trust = { current: () => ({ trust: { ca: authority.cert, keys: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] } }) };
  const facts = clusterFacts({ ...sources, trust, client, receipts: await clusterReceipts(client, 'sallyport-system', BASE), now: Date.now }, BASE);
  const reviews: Record<string, unknown>[] = [];
  const log = { info: (fields: object) => void reviews.push({ ...fields }), warn: () => undefined, error: (fields: object) => void reviews.push({ ...fields }) };
  const loopback = { host: '127.0.0.1', port: 0 };
  const webhook = await startWebhook({ listen: loopback, health: loopback }, { facts, certificate: { current: () => serving, onChange: () => () => undefined }, log });
  const configurations = configurationsOf(name, webhook.address.port, Buffer.from(authority.cert).toString('base64'));
  await apply(...configurations);
  const rules = keepTemplateRules({ ...watch, configuration: `${name}.sandbox.example`, webhook: 'listed.sandbox.sallyport.dev', templates: () => sources.profiles.templates().filter(isOnlyListed), mayWrite: () => true });
  sources.profiles.onChange(() => rules.wake());
  await eventually('everything listed', 20, () => Promise.resolve(facts.missing().length === 0 ? true : undefined));
  return {
    client,
    reviews,
    async stop() {
      await rules.stop();
      await kubectl(['delete', 'validatingwebhookconfiguration', `${name}.sandbox.example`, '--ignore-not-found']);
      await kubectl(['delete', 'mutatingwebhookconfiguration', `${name}.inject.example`, '--ignore-not-found']);
      await webhook.close();
      for (const source of Object.values(sources)) await source.stop();
      await client.close();
    },
  };
}

interface Configuration {
  readonly kind: string;
  readonly webhooks: readonly { readonly clientConfig: { readonly service: { readonly path: string } }; readonly namespaceSelector?: object }[];
}

function configurationsOf(name: string, port: number, caBundle: string): object[] {
  return (webhookConfigurations() as Configuration[]).map(({ webhooks, ...configuration }) => ({
    ...configuration,
    metadata: { name: `${name}.${configuration.kind === 'ValidatingWebhookConfiguration' ? 'sandbox' : 'inject'}.example` },
    webhooks: webhooks.map(({ clientConfig, namespaceSelector, ...webhook }) => ({
      ...webhook,
      clientConfig: { url: `https://localhost:${port}${clientConfig.service.path}`, caBundle },
      namespaceSelector: { ...namespaceSelector, matchLabels: { 'test.example/webhook': name } },
    })),
  }));
}
