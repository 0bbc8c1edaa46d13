import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaBundle, keepCaBundle } from '../../src/adapters/kube/ca-bundle.ts';
import { connectKube, type KubeClient, type KubeObject } from '../../src/adapters/kube/client.ts';
import { type Exemptions, watchExemptions } from '../../src/adapters/kube/exemptions.ts';
import { type Namespaces, watchNamespaces } from '../../src/adapters/kube/namespaces.ts';
import { type WatchedObjects, watchObjects } from '../../src/adapters/kube/objects.ts';
import { keepServingCertificate } from '../../src/adapters/kube/serving-certificate.ts';
import type { KeptServingCertificate } from '../../src/adapters/certificates/kept.ts';
import { webhookConfigurations } from '../../src/apps/cli/install/configurations.ts';
import { clusterFacts } from '../../src/apps/webhook/cluster-facts.ts';
import { type RunningWebhook, startWebhook } from '../../src/apps/webhook/start.ts';
import { BASE } from './injection-base.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';
import { networkPolicy } from './network-policy.ts';

// The webhook runs in this process and the API server calls it on the loopback, so that the control plane alone is enough for these tests.

const AGENTS = 'webhook-test-agents';
const ELSEWHERE = 'webhook-test-elsewhere';
const OWN_LABEL = { 'test.example/webhook': 'here' };
const SECRET = 'webhook-test-tls';
const [VALIDATING, MUTATING] = ['webhook-test.sandbox.example', 'webhook-test.inject.example'];

const trust: { current: ReturnType<Parameters<typeof clusterFacts>[0]['trust']['current']> } = { current: { missing: 'The controller has not said yet whom sidecars may trust.' } };
const watch = { now: Date.now, random: Math.random };
let client: KubeClient;
let namespaces: Namespaces;
let objects: WatchedObjects;
let exemptions: Exemptions;
let certificate: KeptServingCertificate;
let webhook: RunningWebhook;
const bundles: CaBundle[] = [];

/** The installed configurations, under other names, called on this machine, and for the namespaces of this file alone. */
function configurations(port: number): object[] {
  const own = (object: object): object => {
    const { kind, webhooks } = object as { kind: string; webhooks: { name: string; clientConfig: { service: { path: string } }; namespaceSelector: { matchExpressions: object[] } }[] };
    return {
      ...object,
      metadata: { name: kind === 'ValidatingWebhookConfiguration' ? VALIDATING : MUTATING },
      webhooks: webhooks.map(({ clientConfig, namespaceSelector, ...rest }) => ({
        ...rest,
        clientConfig: { url: `https://localhost:${port}${clientConfig.service.path}` },
        namespaceSelector: { ...namespaceSelector, matchLabels: OWN_LABEL },
      })),
    };
  };
  return webhookConfigurations().map(own);
}

function pod(name: string, namespace: string, spec: object = {}, labels: Record<string, string> = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec: { containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }], ...spec } };
}

const SANDBOX = {
  restartPolicy: 'Never',
  activeDeadlineSeconds: 600,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'agent',
      image: 'agent.example.com/agent:1',
      resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    },
  ],
};

const bundleOf = async (kind: string, name: string): Promise<string[]> => {
  const object = await client.get<KubeObject>(`/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/${name}`);
  const webhooks = object['webhooks'] as { clientConfig: { caBundle?: string } }[];
  return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString());
};

const create = (object: object, ...flags: string[]) => kubectl(['create', '-f', '-', ...flags], object);

beforeAll(async () => {
  client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { ...OWN_LABEL, 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE, labels: OWN_LABEL } },
  );
  for (const namespace of [AGENTS, ELSEWHERE]) await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  await apply(networkPolicy(AGENTS));
  namespaces = watchNamespaces({ client, ...watch });
  objects = watchObjects({ client, ...watch });
  exemptions = watchExemptions({ client, ...watch });
  certificate = await keepServingCertificate({ client, namespace: ELSEWHERE, secret: SECRET, dnsNames: ['localhost'], now: Date.now });
  const facts = clusterFacts({ namespaces, profiles: { synced: true, named: () => undefined, templates: () => [] }, trust: { current: () => trust.current }, objects, exemptions, client, now: Date.now }, BASE);
  const loopback = { host: '127.0.0.1', port: 0 };
  webhook = await startWebhook({ listen: loopback, health: loopback }, { facts, certificate, log: { info: () => undefined, warn: () => undefined, error: () => undefined } });
  await apply(...configurations(webhook.address.port));
});

afterAll(async () => {
  await kubectl(['delete', 'validatingwebhookconfiguration', VALIDATING, '--ignore-not-found']);
  await kubectl(['delete', 'mutatingwebhookconfiguration', MUTATING, '--ignore-not-found']);
  await Promise.all(bundles.map((bundle) => bundle.stop()));
  await webhook?.close();
  await certificate?.stop();
  for (const source of [namespaces, objects, exemptions]) await source?.stop();
  await client?.close();
  await kubectl(['delete', 'namespace', AGENTS, ELSEWHERE, '--ignore-not-found', '--wait=false']);
});

test('until the webhook has set the caBundle, agent pods are refused and others are not', async () => {
  const agent = await create(pod('early', AGENTS));
  expect(agent.err).toContain('failed calling webhook');
  expect(await create(pod('early', ELSEWHERE), '--dry-run=server')).toMatchObject({ code: 0 });
});

describe('with the caBundle that the webhook keeps', () => {
  beforeAll(async () => {
    for (const [kind, name] of [['ValidatingWebhookConfiguration', VALIDATING], ['MutatingWebhookConfiguration', MUTATING]] as const) {
      const bundle = keepCaBundle({ client, kind, name, ca: () => certificate.current().ca, ...watch });
      certificate.onChange(() => bundle.wake());
      bundles.push(bundle);
    }
    await eventually('the caBundle in both configurations', 20, async () => (bundles.every((bundle) => bundle.trusts(certificate.current().ca)) ? true : undefined));
    // The API server takes a moment to see its own configuration change.
    await eventually('the first answer of the webhook', 20, async () => ((await create(pod('first', AGENTS))).err.includes('failed calling') ? undefined : true));
  });

  test('an agent pod is refused with a sentence while the controller has not said whom to trust', async () => {
    const ended = await create(pod('untrusting', AGENTS, SANDBOX));
    expect(ended.code).not.toBe(0);
    expect(ended.err).toContain('admission webhook "inject.sallyport.dev" denied the request: The controller has not said yet whom sidecars may trust.');
  });

  describe('and a controller that is trusted', () => {
    beforeAll(() => {
      trust.current = { trust: { ca: certificate.current().ca, keys: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] } };
    });

    test('a bare pod is refused with all of its faults at once, each with its field and fix', async () => {
      const ended = await create(pod('bare', AGENTS));
      expect(ended.code).not.toBe(0);
      expect(ended.err).toContain('admission webhook "sandbox.sallyport.dev" denied the request');
      for (const words of ['runAsNonRoot', 'readOnlyRootFilesystem', 'limits', 'automountServiceAccountToken', 'Fix:']) expect(ended.err).toContain(words);
    });

    test('a sandboxed pod is injected, proven and admitted, and comes back from the API server as it was proven', async () => {
      const made = JSON.parse(await mustKubectl(['create', '-f', '-', '-o', 'json'], pod('good', AGENTS, SANDBOX))) as { spec: { initContainers: { name: string }[] } };
      expect(made.spec.initContainers.map(({ name }) => name)).toEqual(['sallyport-capture', 'sallyport-proxy', 'sallyport-canary']);
      // The same object once more: nothing that the API server filled in undoes the proof.
      expect(await create({ ...made, metadata: { name: 'again', namespace: AGENTS } }, '--dry-run=server')).toMatchObject({ code: 0 });
    });

    test('the image of a proven sidecar cannot be changed afterwards', async () => {
      const changed = await kubectl(['-n', AGENTS, 'patch', 'pod', 'good', '--type=json', '-p', '[{"op":"replace","path":"/spec/initContainers/1/image","value":"registry.example.com/other:1"}]']);
      expect(changed.err).toContain('sidecar');
    });

    test('labels and finalizers of an admitted pod move on without us', async () => {
      expect(await kubectl(['-n', AGENTS, 'annotate', 'pod', 'good', 'test.example/note=x'])).toMatchObject({ code: 0 });
      expect(await kubectl(['-n', AGENTS, 'delete', 'pod', 'good', '--grace-period=0', '--force'])).toMatchObject({ code: 0 });
    });

    test('a workload whose pods would be refused is admitted with warnings', async () => {
      const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] } };
      const ended = await create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bare', namespace: AGENTS }, spec: { selector: { matchLabels: { app: 'x' } }, template } });
      expect(ended).toMatchObject({ code: 0 });
      expect(ended.err).toContain('Warning: [');
    });

    test('an agent pod elsewhere is refused and told where agents live; any other pod there is not asked about', async () => {
      const stray = await create(pod('stray', ELSEWHERE, {}, { 'sallyport.dev/agent': 'stray' }), '--dry-run=server');
      expect(stray.code).not.toBe(0);
      expect(stray.err).toContain(AGENTS);
      expect(await create(pod('other', ELSEWHERE), '--dry-run=server')).toMatchObject({ code: 0 });
    });
  });

  test('whoever breaks a caBundle sees it put right', async () => {
    await mustKubectl(['patch', 'validatingwebhookconfiguration', VALIDATING, '--type=json', '-p', '[{"op":"remove","path":"/webhooks/0/clientConfig/caBundle"}]']);
    await eventually('the bundle again', 20, async () => ((await bundleOf('ValidatingWebhookConfiguration', VALIDATING)).every((bundle) => bundle === certificate.current().ca) ? true : undefined));
  });

  test('a new CA and certificate are taken into use while pods are reviewed', async () => {
    const before = certificate.current();
    // Whoever deletes the Secret gets everything made anew.
    await mustKubectl(['-n', ELSEWHERE, 'delete', 'secret', SECRET]);
    await eventually('another certificate', 30, async () => (certificate.current().cert === before.cert ? undefined : true));
    expect(certificate.current().ca).not.toBe(before.ca);
    const reviewed = await eventually('a review over it', 30, async () => {
      const ended = await create(pod('rotated', AGENTS));
      return ended.err.includes('failed calling webhook') ? undefined : ended;
    });
    expect(reviewed.err).toContain('admission webhook "sandbox.sallyport.dev" denied the request');
    expect(await bundleOf('MutatingWebhookConfiguration', MUTATING)).toEqual([certificate.current().ca]);
  });
});
