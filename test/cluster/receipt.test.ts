import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAuthority } from '../../src/adapters/certificates/serving.ts';
import { connectKube, type KubeClient, type KubeObject } from '../../src/adapters/kube/client.ts';
import type { KeptServingCertificate } from '../../src/adapters/certificates/kept.ts';
import { keepServingCertificate } from '../../src/adapters/kube/serving-certificate.ts';
import { injectionSettings } from '../../src/apps/webhook/injection-settings.ts';
import type { Facts, Receipts } from '../../src/apps/webhook/ports.ts';
import { clusterReceipts } from '../../src/apps/webhook/receipts.ts';
import { standaloneFacts } from '../../src/apps/webhook/standalone-facts.ts';
import { type RunningWebhook, startWebhook } from '../../src/apps/webhook/start.ts';
import { readPod } from '../../src/core/checks/read-pod.ts';
import { BUILT_IN_PROFILES } from '../../src/core/policy/profile.ts';
import type { Fact } from '../../src/core/terms/fact.ts';
import { BASE, QUIET } from './injection-base.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';

// Only the injector is asked, on the loopback: what it signs is what the API server keeps, whatever that fills in and whatever changes later.

const NAME = `receipt-test-${Date.now().toString(36)}`;
const CONFIGURATION = 'receipt-test.inject.example';

let client: KubeClient;
let receipts: Receipts;
let certificate: KeptServingCertificate;
let webhook: RunningWebhook;

/** A pod as somebody writes it who leaves out whatever can be left out, with an injector's mount and a container that another one could add. */
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'agent-', namespace: NAME, labels: { app: 'triage' }, annotations: { 'example.com/note': 'x' } },
  spec: {
    restartPolicy: 'Never',
    hostNetwork: false,
    securityContext: { fsGroup: 2000, runAsNonRoot: true },
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    initContainers: [{ name: 'setup', image: 'agent.example.com/setup:1', env: [{ name: 'NO_PROXY', value: 'example.com' }] }],
    containers: [{ name: 'agent', image: 'agent.example.com/agent:1', volumeMounts: [{ name: 'data', mountPath: '/data' }], resources: { limits: { cpu: '1', memory: '256Mi' } } }],
    volumes: [{ name: 'data', emptyDir: {} }],
  },
};

async function receiptOf(name: string): Promise<Fact<object>> {
  const read = readPod(await client.get<KubeObject>(`/api/v1/namespaces/${NAME}/pods/${name}`));
  if (!read.ok) throw new Error('expected a pod');
  return receipts.read(read.pod);
}

beforeAll(async () => {
  client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } }, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: NAME } });
  receipts = await clusterReceipts(client, NAME, BASE);
  certificate = await keepServingCertificate({ client, namespace: NAME, secret: 'tls', dnsNames: ['localhost'], now: Date.now });
  const { cert: ca } = await mintAuthority({ commonName: 'Controller of a test', now: Date.now(), lifetime: 3_600_000 });
  const settings = injectionSettings(BASE, { ca, keys: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] }, BUILT_IN_PROFILES.contained);
  const facts: Facts = { ...standaloneFacts(BUILT_IN_PROFILES.contained, BASE, () => ({ ca, keys: [] })), injection: () => ({ known: true, value: settings }), receipts };
  const loopback = { host: '127.0.0.1', port: 0 };
  webhook = await startWebhook({ listen: loopback, health: loopback }, { facts, certificate, log: QUIET });
  await apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: CONFIGURATION },
    webhooks: [{
      name: CONFIGURATION,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      reinvocationPolicy: 'IfNeeded',
      clientConfig: { url: `https://localhost:${webhook.address.port}/mutate`, caBundle: Buffer.from(certificate.current().ca).toString('base64') },
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAME } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    }],
  });
  await eventually('the injector', 20, async () => ((await kubectl(['create', '-f', '-', '-o', 'json', '--dry-run=server'], POD)).out.includes('sallyport-proxy') ? true : undefined));
});

afterAll(async () => {
  await kubectl(['delete', 'mutatingwebhookconfiguration', CONFIGURATION, '--ignore-not-found']);
  await webhook?.close();
  await certificate?.stop();
  await client?.close();
  await kubectl(['-n', NAME, 'delete', 'pods', '--all', '--grace-period=0', '--force']);
  await kubectl(['delete', 'namespace', NAME, '--ignore-not-found', '--wait=false']);
});

describe('a pod that the API server has stored', () => {
  let name = '';

  beforeAll(async () => {
    name = (await mustKubectl(['create', '-f', '-', '-o', 'jsonpath={.metadata.name}'], POD)).trim();
  });

  test('carries a receipt over what it has become there, beside its own annotations', async () => {
    expect(await receiptOf(name)).toEqual({ known: true, value: { byController: false, labels: { app: 'triage' } } });
    const { metadata } = await client.get<KubeObject>(`/api/v1/namespaces/${NAME}/pods/${name}`);
    expect(metadata.annotations?.['example.com/note']).toBe('x');
  });

  test('keeps it through a resize, a node, another image, an ephemeral container, a deadline, tolerations and labels', async () => {
    const pod = `/api/v1/namespaces/${NAME}/pods/${name}`;
    await client.patch(`${pod}/resize`, 'json', [{ op: 'replace', path: '/spec/containers/0/resources/limits/cpu', value: '2' }, { op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '2' }]);
    await client.create(`${pod}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace: NAME }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } });
    await client.patch(pod, 'json', [
      { op: 'replace', path: '/spec/containers/0/image', value: 'agent.example.com/agent:2' },
      { op: 'add', path: '/spec/activeDeadlineSeconds', value: 600 },
      { op: 'add', path: '/spec/tolerations/-', value: { key: 'example.com/a', operator: 'Exists', effect: 'NoExecute' } },
      { op: 'add', path: '/metadata/labels/note', value: 'x' },
    ]);
    await client.patch(`${pod}/ephemeralcontainers`, 'json', [{ op: 'add', path: '/spec/ephemeralContainers', value: [{ name: 'debugger', image: 'debugger.example.com/debugger:1' }] }]);
    expect(await receiptOf(name)).toEqual({ known: true, value: { byController: false, labels: { app: 'triage' } } });
  });

  test.each<[string, string, object[]]>([
    ['another image of the sidecar', '', [{ op: 'replace', path: '/spec/initContainers/1/image', value: 'registry.example.com/other:1' }]],
    ['other resources of the sidecar', '/resize', [{ op: 'replace', path: '/spec/initContainers/1/resources/limits/memory', value: '512Mi' }]],
    ['an ephemeral container with its token', '/ephemeralcontainers', [{ op: 'add', path: '/spec/ephemeralContainers', value: [{ name: 'thief', image: 'x.example.com/x:1', volumeMounts: [{ name: 'sallyport-token', mountPath: '/t' }] }] }]],
  ])('loses it by %s', async (_what, subresource, patch) => {
    const changed = (await mustKubectl(['create', '-f', '-', '-o', 'jsonpath={.metadata.name}'], POD)).trim();
    await client.patch(`/api/v1/namespaces/${NAME}/pods/${changed}${subresource}`, 'json', patch);
    expect(await receiptOf(changed)).toMatchObject({ known: false });
  });

  test('proves nothing by its copy on another pod, but for the same sidecar', async () => {
    const { metadata } = await client.get<KubeObject>(`/api/v1/namespaces/${NAME}/pods/${name}`);
    const receipt = metadata.annotations?.['sallyport.dev/receipt'] ?? '';
    await mustKubectl(['delete', 'mutatingwebhookconfiguration', CONFIGURATION]);
    const bare = await eventually('a pod past the injector', 20, async () => {
      const made = JSON.parse(await mustKubectl(['create', '-f', '-', '-o', 'json'], { ...POD, metadata: { ...POD.metadata, annotations: { 'sallyport.dev/receipt': receipt } } })) as KubeObject & { spec: { initContainers: object[] } };
      return made.spec.initContainers.length === 1 ? made.metadata.name : undefined;
    });
    expect(await receiptOf(bare)).toMatchObject({ known: false });
  });
});
