import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClustered } from '../../src/apps/webhook/clustered.ts';
import type { RunningWebhook } from '../../src/apps/webhook/start.ts';
import { PROXY_UID } from '../../src/core/terms/fixed-names.ts';
import { BASE } from './injection-base.ts';
import { applyInstallation, callHere, removeInstallation, writtenCa } from './installed.ts';
import { apply, type Ended, eventually, kubectl, mustKubectl } from './kubectl.ts';

// Every way around a pod webhook that somebody found in another project, or that the API server's own code leaves open: each is tried here
// against a real API server that calls the webhook, which runs in this process, by the configurations as they are installed. Whoever tries has
// every right that RBAC can give in these namespaces. What takes a kubelet is tried elsewhere, and the row says where.

const AGENTS = 'ways-agents';
const OPEN = 'ways-exec-allowed';
const HELD = 'ways-exec-held';
const LATE = 'ways-opted-in-late';
const ELSEWHERE = 'ways-elsewhere';
const TENANT = ['--as=mallory@example.com', '--as-group=tenants', '--as-group=system:authenticated'];
const CONTROLLER = ['--as=system:serviceaccount:kube-system:replicaset-controller', '--as-group=tenants', '--as-group=system:authenticated'];
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const SIDECAR = ['sallyport-capture', 'sallyport-proxy', 'sallyport-canary'];

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object; readonly annotations?: Record<string, string>; readonly [member: string]: unknown };
  readonly spec: { readonly containers: readonly object[]; readonly initContainers?: readonly { name: string; image: string; restartPolicy?: string }[]; readonly [member: string]: unknown };
}

/** What was told to whoever tried; one line of the table. */
interface Tried {
  readonly row: string;
  readonly way: string;
  readonly how: string;
  readonly told: string;
}

const table: Tried[] = [];
let webhook: RunningWebhook;
let mutator: Server;
let folder: string;

const container = (changes: object = {}): object => ({
  name: 'agent',
  image: `registry.example.com/agent@sha256:${'0123456789abcdef'.repeat(4)}`,
  resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000, capabilities: { drop: ['ALL'] } },
  ...changes,
});

/** A pod with which nothing is wrong. */
function pod(name: string, spec: object = {}, metadata: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: AGENTS, ...metadata },
    spec: {
      restartPolicy: 'Never',
      runtimeClassName: 'gvisor',
      activeDeadlineSeconds: 600,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container()],
      ...spec,
    },
  } as Pod;
}

const secured = (changes: object): object => container({ securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000, capabilities: { drop: ['ALL'] }, ...changes } });

function tenant(args: readonly string[], input?: object): Promise<Ended> {
  return kubectl([...TENANT, ...args], input);
}

/** The ReplicaSet of that name, as the reference of a pod that it controls. */
async function trusted(): Promise<object> {
  const { metadata } = JSON.parse(await mustKubectl(['-n', AGENTS, 'get', 'replicaset', 'trusted', '-o', 'json'])) as { readonly metadata: { readonly uid: string } };
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'trusted', uid: metadata.uid, controller: true };
}

const create = (object: object): Promise<Ended> => tenant(['create', '-f', '-'], object);

function patch(name: string, operations: readonly object[], ...flags: string[]): Promise<Ended> {
  return tenant(['-n', AGENTS, 'patch', 'pod', name, '--type=json', '-p', JSON.stringify(operations), ...flags]);
}

async function live(name: string, namespace = AGENTS): Promise<Pod> {
  return JSON.parse(await mustKubectl(['-n', namespace, 'get', 'pod', name, '-o', 'json'])) as Pod;
}

/** Refused by us, with a sentence that has all of the words; the sentence goes into the table. */
function refused(row: string, way: string, how: string, ended: Ended, ...words: readonly string[]): void {
  const told = ended.err.replace(/^(Warning|Error from server[^:]*): (?!admission)/gm, '').trim();
  table.push({ row, way, how, told: ended.code === 0 ? `GOT THROUGH: ${ended.out}` : told });
  expect(ended.code, `${how}: ${ended.out}${ended.err}`).not.toBe(0);
  for (const word of words) expect(ended.err).toContain(word);
}

/** Did not get anywhere, though nothing was refused. */
function held(row: string, way: string, how: string, told: string): void {
  table.push({ row, way, how, told });
}

/** Takes all that a kubelet, a controller or a person needs to go on. */
function passed(row: string, way: string, how: string, ended: Ended): void {
  table.push({ row, way, how, told: ended.code === 0 ? 'passes, as it has to' : `REFUSED: ${ended.err}` });
  expect(ended, how).toMatchObject({ code: 0 });
}

function exemption(name: string, spec: object, namespace = 'sallyport-system'): object {
  return { apiVersion: 'sallyport.dev/v1alpha1', kind: 'Exemption', metadata: { name, namespace }, spec: { reason: 'a test', requestedBy: 'mallory@example.com', expires: inSeconds(3_600), ...spec } };
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

async function start(): Promise<void> {
  const kubeconfig = process.env['KUBECONFIG'] ?? '';
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  webhook = await startClustered({ listen: LOOPBACK, health: LOOPBACK, kubeconfig, injection: BASE, log: silent });
  await callHere(webhook.address.port);
  await writtenCa();
  await eventually('the first answer of the webhook', 60, async () => ((await create(pod('first', {}, { name: `first-${Date.now()}` }))).err.includes('failed calling') ? undefined : true));
}

/** A mutator of somebody else's, which the API server calls after ours and once more after ours was called again. */
async function startMutator(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'ways-around-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=mutator', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  mutator = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { request: { uid, object } } = JSON.parse(Buffer.concat(parts).toString()) as { request: { uid: string; object: Pod } };
      const edit = Buffer.from(object.metadata.annotations?.['test.example/edit'] ?? '[]').toString('base64');
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true, patchType: 'JSONPatch', patch: edit } }));
    });
  });
  await new Promise<void>((resolve) => {
    mutator.listen(0, '127.0.0.1', resolve);
  });
  await apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'zz-ways-around.example' },
    webhooks: [{
      name: 'mutator.example.com',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      reinvocationPolicy: 'IfNeeded',
      clientConfig: { url: `https://localhost:${(mutator.address() as AddressInfo).port}/`, caBundle: readFileSync(cert).toString('base64') },
      objectSelector: { matchLabels: { 'test.example/mutator': 'on' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }],
    }],
  });
}

function kind(group: string, plural: string, name: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: name.toLowerCase(), kind: name },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
    },
  };
}

function namespace(name: string, labels: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

beforeAll(async () => {
  await applyInstallation();
  await mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  await apply(
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
    kind('gangs.example.com', 'gangs', 'Gang'),
    kind('extensions.agents.x-k8s.io', 'sandboxwarmpools', 'SandboxWarmPool'),
    namespace(AGENTS, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'isolated' }),
    namespace(OPEN, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'ways-exec-allowed' }),
    namespace(HELD, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'ways-exec-held' }),
    namespace(LATE, {}),
    namespace(ELSEWHERE, {}),
    // All that RBAC can give, so that it is not RBAC that refuses.
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'ways-around' }, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'ways-around' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'ways-around' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'tenants' }] },
  );
  await apply(
    ...[['ways-exec-allowed', 'allow'], ['ways-exec-held', 'hold']].map(([name, exec]) => ({
      apiVersion: 'sallyport.dev/v1alpha1',
      kind: 'SandboxProfile',
      metadata: { name },
      spec: { exec, templates: [{ group: 'gangs.example.com', version: 'v1alpha1', kind: 'Gang', resource: 'gangs', path: 'spec.members[*].template' }] },
    })),
    ...[AGENTS, OPEN, HELD, LATE, ELSEWHERE].flatMap((name) => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'agents', namespace: name }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
    ]),
  );
  // Pods that were there before the gate was.
  await mustKubectl(['create', '-f', '-'], pod('early', {}, { namespace: LATE }));
  await mustKubectl(['create', '-f', '-'], pod('earlier', { containers: [{ name: 'agent', image: 'registry.example.com/agent:1' }] }, { finalizers: ['test.example/hold'] }));
  await mustKubectl(['create', '-f', '-'], pod('unproven'));
  await mustKubectl(['create', '-f', '-'], { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'trusted', namespace: AGENTS }, spec: { replicas: 0, selector: { matchLabels: { app: 'trusted' } }, template: { metadata: { labels: { app: 'trusted' } }, spec: { containers: [container()] } } } });
  await mustKubectl(['create', '-f', '-'], pod('forged', { shareProcessNamespace: true }, { ownerReferences: [await trusted()] }));
  await start();
  await startMutator();
  for (const [name, where] of [['good', AGENTS], ['entered', OPEN], ['held', HELD]] as const) await mustKubectl(['create', '-f', '-'], pod(name, {}, { namespace: where }));
});

afterAll(async () => {
  await kubectl(['delete', 'mutatingwebhookconfiguration', 'zz-ways-around.example', '--ignore-not-found']);
  await removeInstallation();
  await webhook?.close();
  mutator?.close();
  rmSync(folder, { recursive: true, force: true });
  await kubectl(['delete', 'clusterrole,clusterrolebinding', 'ways-around', '--ignore-not-found']);
  await kubectl(['delete', 'namespace', AGENTS, OPEN, HELD, LATE, ELSEWHERE, '--ignore-not-found', '--wait=false']);
  await kubectl(['delete', 'crd', 'gangs.gangs.example.com', 'sandboxwarmpools.extensions.agents.x-k8s.io', '--ignore-not-found', '--wait=false']);
  process.stdout.write(`\n${printed()}\n`);
});

function printed(): string {
  const rows = table.toSorted((a, b) => Number(a.row.slice(1)) - Number(b.row.slice(1)));
  return ['| row | way around | tried | told |', '| --- | --- | --- | --- |', ...rows.map(({ row, way, how, told }) => `| ${row} | ${way} | ${how} | ${oneLine(told)} |`)].join('\n');
}

function oneLine(text: string): string {
  const line = text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
  return line.length <= 420 ? line : `${line.slice(0, 417)}...`;
}

/** Would add an ephemeral container to a running pod. */
function debug(changes: object): Promise<Ended> {
  const added = { op: 'add', path: '/spec/ephemeralContainers', value: [container({ name: 'debugger', resources: undefined, ...changes })] };
  return patch('good', [added], '--subresource=ephemeralcontainers', '--dry-run=server');
}

describe('pods that ask for more than a sandbox gives', () => {
  test('A1: an ephemeral container joins only where an Exemption names the person', async () => {
    const way = 'ephemeral containers skip the checks';
    refused('A1', way, 'PATCH pods/ephemeralcontainers', await debug({}), '[ephemeral-containers]', 'would join the running agent');
    await mustKubectl(['create', '-f', '-'], exemption('debug', { subject: { namespace: AGENTS, pod: 'good', user: 'mallory@example.com' }, checks: ['ephemeral-containers', 'resource-limits'] }));
    await eventually('the exemption to be used', 20, async () => ((await debug({})).code === 0 ? true : undefined));
    refused('A1', way, 'the same with an Exemption, and privileged', await debug({ securityContext: { privileged: true } }), '[privileged]');
  });

  const OUTSIDE: readonly [row: string, way: string, how: string, spec: object, words: readonly string[]][] = [
    ['A2', 'a field nobody looked at', 'envFrom a Secret in an init container', { initContainers: [container({ name: 'setup', envFrom: [{ secretRef: { name: 'keys' } }] })] }, ['initContainers[', 'envFrom[0].secretRef']],
    ['A2', 'a field nobody looked at', 'a Secret by a projected volume and a CSI volume', { volumes: [{ name: 'a', csi: { driver: 'secrets.example.com' } }, { name: 'b', hostPath: { path: '/' } }] }, ['csi', 'hostPath']],
    ['A13', 'host namespaces make injectors stand aside', 'hostNetwork', { hostNetwork: true }, ['hostNetwork']],
    ['A13', 'host namespaces make injectors stand aside', 'hostPID and hostIPC', { hostPID: true, hostIPC: true }, ['hostPID', 'hostIPC']],
    ['A13', 'host namespaces make injectors stand aside', 'hostPort', { containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] }, ['hostPort']],
    ['A13', 'host namespaces make injectors stand aside', 'a probe with a host', { containers: [container({ livenessProbe: { httpGet: { host: '169.254.169.254', port: 80 } } })] }, ['livenessProbe']],
    ['A14', "the app runs as the proxy's user or group", 'runAsUser of a container', { containers: [secured({ runAsUser: PROXY_UID })] }, ['runAsUser']],
    ['A14', "the app runs as the proxy's user or group", 'runAsGroup, fsGroup and supplementalGroups', { securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: PROXY_UID, fsGroup: PROXY_UID, supplementalGroups: [PROXY_UID] } }, ['runAsGroup', 'fsGroup', 'supplementalGroups']],
    ['A14', "the app runs as the proxy's user or group", 'no user at all, so that the image decides', { securityContext: { runAsNonRoot: true }, containers: [container({ securityContext: { readOnlyRootFilesystem: true } })] }, ['runAsUser']],
    ['A15', 'NET_ADMIN or NET_RAW in the app', 'capabilities added', { containers: [secured({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] } })] }, ['NET_ADMIN', 'NET_RAW']],
    ['A15', 'NET_ADMIN or NET_RAW in the app', 'only some capabilities dropped', { containers: [secured({ capabilities: { drop: ['CHOWN'] } })] }, ['capabilities']],
    ['A21', 'shared processes, and secrets in their environment', 'shareProcessNamespace', { shareProcessNamespace: true }, ['shareProcessNamespace']],
    ['A21', 'shared processes, and secrets in their environment', 'a Secret in env', { containers: [container({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } }] })] }, ['secretKeyRef']],
    ['A22', 'projected tokens, trust bundles and pod certificates', "a token for the API server's audience", { volumes: [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'https://kubernetes.default.svc', expirationSeconds: 3600 } }] } }] }, ['serviceAccountToken']],
    ['A23', 'nodeName and mirror pods', 'nodeName, past the scheduler', { nodeName: 'node-1' }, ['nodeName']],
    ['A35', 'a long grace period outlives the lifetime', 'terminationGracePeriodSeconds of ten days', { terminationGracePeriodSeconds: 864_000 }, ['terminationGracePeriodSeconds']],
    ['A35', 'a long grace period outlives the lifetime', 'the same in a probe', { containers: [container({ livenessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 864_000 } })] }, ['terminationGracePeriodSeconds']],
  ];
  test.each(OUTSIDE.map((one, index) => [...one, `bad-${index}`] as const))('%s: %s: %s', async (row, way, how, spec, words, name) => {
    refused(row, way, how, await create(pod(name, spec)), ...words);
  });

  test.each([
    ['clusterTrustBundle', { name: 'roots', path: 'roots.pem' }],
    ['podCertificate', { signerName: 'example.com/agents', keyType: 'ED25519', credentialBundlePath: 'bundle.pem' }],
  ])('A22: a projected %s', async (type, source) => {
    const way = 'projected tokens, trust bundles and pod certificates';
    const name = type.toLowerCase();
    const ended = await create(pod(name, { volumes: [{ name: 't', projected: { sources: [{ [type]: source }] } }] }));
    if (ended.code !== 0) return refused('A22', way, `a projected ${type}`, ended, type);
    // Both are features that an API server may have switched off; then it drops the member before anybody can look at it.
    expect((await live(name)).spec['volumes']).toContainEqual({ name: 't', projected: { defaultMode: 420, sources: [{}] } });
    held('A22', way, `a projected ${type}`, 'nothing is left of it: this API server has the feature switched off; else see volume-types.test.ts');
  });

  test('A23: a mirror pod', async () => {
    const ended = await create(pod('mirror', { nodeName: 'node-1' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }));
    refused('A23', 'nodeName and mirror pods', 'a mirror pod: the sidecar needs a token, which none may have; static pods are told of by the scan', ended, 'mirror pod');
  });

  test('A27: a pod of more than a megabyte', async () => {
    const ended = await create(pod('huge', { hostNetwork: true, containers: [container({ args: ['x'.repeat(1_300_000)] })] }));
    refused('A27', 'oversized objects', '1.3 MB of arguments around one fault; above 3 MiB see server.test.ts', ended, 'hostNetwork');
  });
});

describe('the sidecar', () => {
  test('A3: its resources cannot be resized away', async () => {
    const operation = { op: 'replace', path: '/spec/initContainers/1/resources/limits/cpu', value: '1m' };
    const request = { op: 'replace', path: '/spec/initContainers/1/resources/requests/cpu', value: '1m' };
    refused('A3', 'pods/resize shrinks the sidecar', 'PATCH pods/resize', await patch('good', [operation, request], '--subresource=resize'), 'sidecar');
  });

  test('A4: its image cannot be changed once it runs', async () => {
    refused('A4', "the sidecar's image patched after create", 'PATCH pods', await patch('good', [{ op: 'replace', path: '/spec/initContainers/1/image', value: 'registry.example.com/other:1' }]), 'sidecar-intact', 'initContainers[1].image');
  });

  test('A11: neither on a pod that is being deleted', async () => {
    await mustKubectl(['create', '-f', '-'], pod('leaving', {}, { finalizers: ['test.example/hold'] }));
    await tenant(['-n', AGENTS, 'delete', 'pod', 'leaving', '--wait=false', '--grace-period=30']);
    expect((await live('leaving')).metadata['deletionTimestamp']).toBeDefined();
    refused('A11', 'blanket skip for deletionTimestamp', 'PATCH of the sidecar of a pod that is being deleted', await patch('leaving', [{ op: 'replace', path: '/spec/initContainers/1/image', value: 'registry.example.com/other:1' }]), 'sidecar-intact');
  });

  test('A5: no label or annotation of a pod keeps it out', async () => {
    const marks = { 'sallyport.dev/inject': 'false', 'sallyport.dev/agents': 'false', 'sidecar.istio.io/inject': 'false' };
    refused('A5', 'the pod opts itself out', 'a bare pod with labels and annotations that say no', await create(pod('optout', { containers: [{ name: 'agent', image: 'registry.example.com/agent:1' }] }, { labels: marks, annotations: marks })), 'sandbox.sallyport.dev');
  });

  test('A16: nothing of the agent runs before the capture', async () => {
    await mustKubectl(['create', '-f', '-'], pod('initial', { initContainers: [container({ name: 'first' }), container({ name: 'second', restartPolicy: 'Always' })] }));
    const names = (await live('initial')).spec.initContainers?.map(({ name }) => name) ?? [];
    expect(names).toEqual([...SIDECAR, 'first', 'second']);
    held('A16', 'init containers run before capture', 'a pod with init containers of its own', `stored with ${names.join(', ')} in this order`);
  });

  test.each([
    ['moves an init container before ours', [{ op: 'move', from: '/spec/initContainers/3', path: '/spec/initContainers/0' }], 'initContainers[0]'],
    ['changes our image', [{ op: 'replace', path: '/spec/initContainers/1/image', value: 'registry.example.com/other:1' }], 'initContainers[1].image'],
    ['gives the agent our token', [{ op: 'add', path: '/spec/containers/0/volumeMounts/-', value: { name: 'sallyport-token', mountPath: '/token' } }], 'volumeMounts'],
  ])('A17: another mutator that %s has not the last word', async (what, edit, word) => {
    const name = `mutated-${what.replaceAll(' ', '-')}`;
    const ended = await create(pod(name, { initContainers: [container({ name: 'ahead' })] }, { labels: { 'test.example/mutator': 'on' }, annotations: { 'test.example/edit': JSON.stringify(edit) } }));
    refused('A17', 'another mutator moves or edits ours', `a mutator after ours that ${what}, each time it is asked`, ended, word);
  });

  test('A18: a container of our name proves nothing', async () => {
    await mustKubectl(['create', '-f', '-'], pod('spoofed', { initContainers: SIDECAR.map((name) => container({ name })) }, { annotations: { 'sallyport.dev/receipt': (await live('good')).metadata.annotations?.['sallyport.dev/receipt'] ?? '' } }));
    const images = (await live('spoofed')).spec.initContainers?.map(({ image }) => image) ?? [];
    expect(images).toEqual(SIDECAR.map(() => BASE.image));
    held('A18', '"already injected" spoofed by names', "containers under our names with the author's image, and a copied receipt", `overwritten with ${BASE.image}`);
  });

  test.each([
    ['a user', TENANT],
    ['a cluster administrator', []],
    ["Kubernetes' own controller of ReplicaSets", ['--as=system:serviceaccount:kube-system:replicaset-controller', '--as-group=system:serviceaccounts', '--as-group=system:serviceaccounts:kube-system', '--as-group=system:masters']],
  ])('A19: who creates a pod makes no difference: %s', async (who, flags) => {
    const ended = await kubectl([...flags, 'create', '-f', '-'], pod('by-whom', { containers: [{ name: 'agent', image: 'registry.example.com/agent:1' }] }));
    refused('A19', 'unknown creator admitted without sidecar', `a bare pod by ${who}`, ended, 'sandbox.sallyport.dev');
  });

  test('A20: a job ends, because the sidecar is a native one', async () => {
    const proxy = (await live('good')).spec.initContainers?.[1];
    expect(proxy).toMatchObject({ name: 'sallyport-proxy', restartPolicy: 'Always' });
    held('A20', 'jobs never end because of the sidecar', 'see gates.test.ts, where a Job ends', 'init container sallyport-proxy with restartPolicy Always');
  });
});

describe('pods that are there', () => {
  test('A6: neither status nor binding moves a pod under another policy', async () => {
    const way = 'labels changed through pods/status or pods/binding';
    refused('A6', way, 'PATCH pods/status with another agent label', await patch('good', [{ op: 'add', path: '/metadata/labels', value: { 'sallyport.dev/agent': 'other' } }], '--subresource=status'), 'sallyport.dev/agent');
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'good', labels: { 'sallyport.dev/agent': 'other' } }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } };
    refused('A6', way, 'POST pods/binding with another agent label', await tenant(['create', '--raw', `/api/v1/namespaces/${AGENTS}/pods/good/binding`, '-f', '-'], binding), 'sallyport.dev/agent');
  });

  test('A36: nobody but a node writes our annotations through the status', async () => {
    const way = 'labels or annotations edited through pods/status';
    refused('A36', way, 'PATCH pods/status without the receipt', await patch('good', [{ op: 'replace', path: '/metadata/annotations', value: {} }], '--subresource=status'), 'sallyport.dev/receipt');
    const node = ['--as=system:node:node-1', '--as-group=system:nodes', '--as-group=system:masters'];
    passed('A36', way, "a kubelet's own status", await kubectl([...node, '-n', AGENTS, 'patch', 'pod', 'good', '--subresource=status', '--type=merge', '-p', '{"status":{"message":"starting"}}']));
  });

  test.each([['the pod', []], ['pods/status', ['--subresource=status']]])('A2: no annotation for the node is added later, by an update of %s', async (where, flags) => {
    for (const [name, path] of [['k8s.v1.cni.cncf.io/networks', 'k8s.v1.cni.cncf.io~1networks'], ['io.katacontainers.config.hypervisor.path', 'io.katacontainers.config.hypervisor.path']]) {
      refused('A2', 'a field nobody looked at', `PATCH ${where} with annotation ${name}`, await patch('good', [{ op: 'add', path: `/metadata/annotations/${path}`, value: 'x' }], ...flags), `annotations["${name}"]`);
    }
  });

  test('A10: a pod that would be refused today can be taken down', async () => {
    const way = 'UPDATE denials block finalizers; DELETE denials';
    passed('A10', way, 'finalizers of a pod that would be refused today', await patch('earlier', [{ op: 'remove', path: '/metadata/finalizers' }], '--dry-run=server'));
    passed('A10', way, 'DELETE of the same', await tenant(['-n', AGENTS, 'delete', 'pod', 'earlier', '--dry-run=server']));
  });

  test('A35: a deletion or an eviction gives no pod more time than its profile does', async () => {
    const way = 'a long grace period outlives the lifetime';
    await mustKubectl(['create', '-f', '-'], pod('ending'));
    // The API server itself gives no time to what is on no node.
    await mustKubectl(['create', '--raw', `/api/v1/namespaces/${AGENTS}/pods/ending/binding`, '-f', '-'], { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'ending' }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'ending', namespace: AGENTS }, deleteOptions: { gracePeriodSeconds: 864_000 } };
    const told = '864000 seconds to end';
    refused('A35', way, 'DELETE with gracePeriodSeconds of ten days', await tenant(['-n', AGENTS, 'delete', 'pod', 'ending', '--grace-period=864000', '--wait=false']), told);
    refused('A35', way, 'DELETE of a collection with the same', await tenant(['-n', AGENTS, 'delete', 'pods', '--all', '--grace-period=864000', '--dry-run=server']), told);
    refused('A35', way, 'an eviction with the same', await tenant(['create', '--raw', `/api/v1/namespaces/${AGENTS}/pods/ending/eviction`, '-f', '-'], eviction), told);
    passed('A35', way, 'DELETE within the bound', await tenant(['-n', AGENTS, 'delete', 'pod', 'ending', '--grace-period=60', '--wait=false']));
  });

  test('A12: an update is not injected', async () => {
    passed('A12', 'mutation on UPDATE breaks pods', 'an annotation on a pod without a sidecar', await tenant(['-n', AGENTS, 'annotate', 'pod', 'earlier', 'test.example/note=x']));
    expect((await live('earlier')).spec.initContainers).toBeUndefined();
  });

  test.each([
    ['A31', 'the legacy bindings resource does the same', 'POST bindings', `/api/v1/namespaces/${AGENTS}/bindings`],
    ['A33', 'pods that were pending are bound without a sidecar', 'POST pods/binding', `/api/v1/namespaces/${AGENTS}/pods/unproven/binding`],
  ])('%s: %s', async (row, way, how, path) => {
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'unproven' }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } };
    refused(row, way, `${how} of a pod that is older than the gate`, await tenant(['create', '--raw', path, '-f', '-'], binding), 'the pod does not carry the sidecar');
  });

  test('A33: also where the namespace begins to take agents while it waits', async () => {
    const opted = await kubectl(['label', 'namespace', LATE, 'sallyport.dev/agents=enforce', 'sallyport.dev/profile=isolated']);
    expect(opted).toMatchObject({ code: 0 });
    held('A33', 'pods that were pending are bound without a sidecar', 'the namespace opts in', opted.err === '' ? 'no warning' : opted.err);
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'early' }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } };
    refused('A33', 'pods that were pending are bound without a sidecar', 'and its pending pod is bound', await tenant(['create', '--raw', `/api/v1/namespaces/${LATE}/pods/early/binding`, '-f', '-'], binding), 'the pod does not carry the sidecar');
  });
});

function connect(where: string, name: string, path: string): Promise<Ended> {
  return tenant(['create', '--raw', `/api/v1/namespaces/${where}/pods/${name}/${path}`, '-f', '-'], {});
}

describe('connections', () => {
  const WAY = 'exec, attach, port-forward into the sandbox or the proxy';

  test.each([
    ['exec where the profile denies it', AGENTS, 'good', 'exec?command=id&container=agent&stdout=true', 'exec-denied|lets nobody'],
    ['attach where the profile denies it', AGENTS, 'good', 'attach?container=agent&stdout=true', 'exec-denied|lets nobody'],
    ['exec into the proxy where the profile allows exec', OPEN, 'entered', 'exec?command=id&container=sallyport-proxy&stdout=true', 'nobody enters it'],
    ['attach to the canary where the profile allows exec', OPEN, 'entered', 'attach?container=sallyport-canary&stdout=true', 'nobody enters it'],
    ['exec where a person has to approve', HELD, 'held', 'exec?command=id&container=agent&stdout=true', 'no Exemption in force'],
    ["port-forward to the proxy's port", OPEN, 'entered', 'portforward?ports=15001', 'no port of an agent'],
    ["the API server's proxy", OPEN, 'entered', 'proxy/', 'no port of an agent'],
  ])('A24: %s', async (how, where, name, path, words) => {
    const ended = await connect(where, name, path);
    refused('A24', WAY, how, ended);
    expect(ended.err).toMatch(new RegExp(words));
  });
});

test('A24: a person whom an Exemption names gets past the gate, and nobody else', async () => {
  const way = 'exec, attach, port-forward into the sandbox or the proxy';
  await mustKubectl(['create', '-f', '-'], exemption('exec', { subject: { namespace: HELD, pod: 'held', user: 'mallory@example.com' }, checks: ['exec'] }));
  // Without a node there is nobody to connect to: what the API server says next shows that the gate was passed.
  await eventually('the exemption to be used', 20, async () => ((await connect(HELD, 'held', 'exec?command=id&container=agent&stdout=true')).err.includes('does not have a host') ? true : undefined));
  const ended = await kubectl(['--as=trudy@example.com', '--as-group=tenants', '--as-group=system:authenticated', 'create', '--raw', `/api/v1/namespaces/${HELD}/pods/held/exec?command=id&container=agent&stdout=true`, '-f', '-'], {});
  refused('A24', way, 'exec by another person than the Exemption names', ended, 'no Exemption in force');
});

describe('namespaces', () => {
  test('A7: a tenant does not unlabel one', async () => {
    const way = 'the tenant unlabels the namespace';
    refused('A7', way, 'kubectl label namespace, without the label', await tenant(['label', 'namespace', AGENTS, 'sallyport.dev/agents-']), 'sallyport.dev/agents');
    refused('A7', way, 'another mode', await tenant(['label', '--overwrite', 'namespace', AGENTS, 'sallyport.dev/agents=audit']), 'sallyport.dev/agents');
    refused('A7', way, 'another profile', await tenant(['label', '--overwrite', 'namespace', AGENTS, 'sallyport.dev/profile=contained']), 'sallyport.dev/profile');
  });

  test.each(['status', 'finalize'])('A32: neither through namespaces/%s', async (subresource) => {
    const object = JSON.parse(await mustKubectl(['get', 'namespace', AGENTS, '-o', 'json'])) as { metadata: { labels: object } };
    const unlabelled = { ...object, metadata: { ...object.metadata, labels: {} } };
    refused('A32', 'labels changed through namespaces/status or /finalize', `PUT namespaces/${subresource} without labels`, await tenant(['replace', '--raw', `/api/v1/namespaces/${AGENTS}/${subresource}`, '-f', '-'], unlabelled), 'sallyport.dev/agents');
  });

  test('A5: an agent is no agent elsewhere', async () => {
    refused('A5', 'the pod opts itself out', 'an agent in a namespace that takes none', await create(pod('stray', {}, { namespace: ELSEWHERE, labels: { 'sallyport.dev/agent': 'stray' } })), AGENTS);
  });
});

describe('exemptions', () => {
  const WAY = 'exemptions that are OR-ed, unbounded, or fail open';
  const only = (name: string): object => ({ namespace: AGENTS, pod: name });

  test.each([
    ["one in the tenant's own namespace", exemption('own', { subject: only('exempt'), checks: ['host-namespaces'] }, AGENTS), 'sallyport-system'],
    ['one for a year', exemption('year', { subject: only('exempt'), checks: ['host-namespaces'], expires: inSeconds(365 * 86_400) }), '30 days'],
    ['one that is over', exemption('over', { subject: only('exempt'), checks: ['host-namespaces'], expires: inSeconds(-60) }), 'is over'],
    ['one from the proof of the sidecar', exemption('proof', { subject: only('exempt'), checks: ['sidecar-intact'] }), 'sidecar-intact'],
    ['one from every check', exemption('all', { subject: only('exempt'), checks: ['*'] }), '*'],
    ['one for every pod of the namespace', exemption('every', { subject: { namespace: AGENTS }, checks: ['host-namespaces'] }), 'pod'],
  ])('A25: %s is refused', async (how, object, word) => {
    refused('A25', WAY, how, await create(object), word);
  });

  test('A25: two of them do not add up', async () => {
    const both = [exemption('pod-a', { subject: only('exempt'), checks: ['process-namespace'] }), exemption('pod-b', { subject: only('other'), checks: ['host-namespaces'] })];
    await mustKubectl(['create', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: both });
    const ended = await eventually('the exemptions to be seen', 20, async () => {
      const tried = await create(pod('exempt', { hostNetwork: true, shareProcessNamespace: true }));
      return tried.err.includes('shareProcessNamespace') ? undefined : tried;
    });
    refused('A25', WAY, 'one names the pod and the other the check', ended, 'hostNetwork');
  });

  test('A25: one that has expired does nothing, and one in force is used by its subject alone', async () => {
    const spec = { shareProcessNamespace: true };
    await mustKubectl(['create', '-f', '-'], exemption('short', { subject: only('brief'), checks: ['process-namespace'], expires: inSeconds(8) }));
    await eventually('the exemption to be used', 7, async () => ((await tenant(['create', '--dry-run=server', '-f', '-'], pod('brief', spec))).code === 0 ? true : undefined));
    refused('A25', WAY, 'another pod than the one it names', await create(pod('brief-2', spec)), 'shareProcessNamespace');
    await new Promise((resolve) => setTimeout(resolve, 8_500));
    refused('A25', WAY, 'the same pod, once it has expired', await create(pod('brief', spec)), 'shareProcessNamespace');
  });

  test('A34: an owner that a pod only claims gives it nothing', async () => {
    const way = 'identity taken from owner references';
    const owned = { ownerReferences: [await trusted()] };
    const bind = (name: string): Promise<Ended> => tenant(['create', '--raw', `/api/v1/namespaces/${AGENTS}/pods/${name}/binding`, '-f', '-'], { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } });
    await mustKubectl(['create', '-f', '-'], exemption('workload', { subject: { namespace: AGENTS, workload: { kind: 'ReplicaSet', name: 'trusted' } }, checks: ['process-namespace'] }));
    const made = await eventually('the exemption to be used', 20, async () => {
      const tried = await kubectl([...CONTROLLER, 'create', '-f', '-'], pod('made', { shareProcessNamespace: true }, owned));
      return tried.code === 0 ? tried : undefined;
    });
    passed('A34', way, 'a pod that the controller makes for the ReplicaSet of an Exemption', made);
    refused('A34', way, "an Exemption's ReplicaSet named as owner; agents' names see controller.test.ts", await create(pod('claims', { shareProcessNamespace: true }, owned)), 'shareProcessNamespace');
    refused('A34', way, 'the same in a pod that is older than the gate, when it is bound', await bind('forged'), 'shareProcessNamespace');
    passed('A34', way, "the controller's own pod, when it is bound", await bind('made'));
  });
});

function pool(spec: object): object {
  return { apiVersion: 'extensions.agents.x-k8s.io/v1alpha1', kind: 'SandboxWarmPool', metadata: { name: 'pool', namespace: AGENTS }, spec };
}

describe('kinds that make pods', () => {
  const bare = { metadata: {}, spec: { containers: [{ name: 'agent', image: 'registry.example.com/agent:1' }] } };

  test('A29: a kind that a profile lists is warned of, and its pod is judged whatever made it', async () => {
    const way = 'templates of kinds nobody listed';
    const told = await eventually('a warning on the template', 30, async () => {
      const ended = await tenant(['create', '--dry-run=server', '-f', '-'], { apiVersion: 'gangs.example.com/v1alpha1', kind: 'Gang', metadata: { name: 'gang', namespace: OPEN }, spec: { members: [{ template: bare }] } });
      return ended.err.includes('spec.members[0].template') ? ended.err : undefined;
    });
    held('A29', way, 'a kind that a profile lists by group, version, kind and path', told);
    const owner = { apiVersion: 'unlisted.example.com/v1', kind: 'Swarm', name: 'swarm', uid: '3e0c7b66-2f9c-4f1a-9b7e-6f3b6f0f2a11', controller: true };
    refused('A29', way, 'a bare pod whose owner is of a kind nobody listed', await create({ ...pod('swarm-1', bare.spec, { ownerReferences: [owner] }), spec: bare.spec }), 'sandbox.sallyport.dev');
  });

  test('A30: a pool that keeps old pods is refused', async () => {
    refused('A30', 'stale warm-pool pods adopted after hardening', 'a pool that replaces pods as they are claimed', await create(pool({ replicas: 3, updateStrategy: { type: 'OnReplenish' } })), 'OnReplenish');
    refused('A30', 'stale warm-pool pods adopted after hardening', 'a pool that says nothing of it', await create(pool({ replicas: 3 })), 'OnReplenish by default');
  });
});

/** What RBAC gives the webhook. */
function can(verb: string, resource: string): Promise<Ended> {
  return kubectl(['auth', 'can-i', verb, resource, '-n', AGENTS, '--as=system:serviceaccount:sallyport-system:sallyport-webhook']);
}

describe('the gate itself', () => {
  test('A26: its rights are worth nothing to a tenant', async () => {
    const useless = [['create', 'pods'], ['get', 'secrets'], ['list', 'secrets'], ['create', 'rolebindings'], ['impersonate', 'users'], ['update', 'pods'], ['create', 'serviceaccounts/token'], ['create', 'pods/exec'], ['patch', 'namespaces']] as const;
    for (const [verb, resource] of useless) expect((await can(verb, resource)).out.trim(), `${verb} ${resource}`).toBe('no');
    held('A26', "the controller's own rights used by a tenant", "kubectl auth can-i as the webhook's service account", `no: ${useless.map((one) => one.join(' ')).join(', ')}`);
  });

  test('A28: a server whose certificate the API server does not trust opens nothing', async () => {
    await callHere((mutator.address() as AddressInfo).port);
    refused('A28', 'certificate expires, webhook silently dead', 'a certificate that does not fit the CA bundle; renewal under load see rotation.test.ts', await eventually('the other server to be called', 20, async () => {
      const ended = await tenant(['create', '--dry-run=server', '-f', '-'], pod('untrusted'));
      return ended.code === 0 ? undefined : ended;
    }), 'failed calling webhook', 'certificate');
    await callHere(webhook.address.port);
    await eventually('a pod to pass again', 30, async () => ((await tenant(['create', '--dry-run=server', '-f', '-'], pod('trusted'))).code === 0 ? true : undefined));
  });

  describe('while it is down', () => {
    beforeAll(() => webhook.close());
    afterAll(start);

    test('A8: no agent gets in', async () => {
      refused('A8', 'webhook down, fail-open', 'the webhook ended', await create(pod('meanwhile')), 'failed calling webhook');
    });

    test('A9: and nothing is held up that it needs to come back', async () => {
      const way = 'restart deadlock';
      const plain = { containers: [{ name: 'webhook', image: 'registry.example.com/sallyport:1', securityContext: { runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } } }] };
      const asked: readonly [how: string, object: object][] = [
        ['a pod of its own namespace', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'back', namespace: 'sallyport-system' }, spec: { ...plain, serviceAccountName: 'sallyport-webhook' } }],
        ['a pod in kube-system', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'dns', namespace: 'kube-system' }, spec: { ...plain, serviceAccountName: 'default' } }],
        ['a pod elsewhere', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: ELSEWHERE }, spec: plain }],
        ['a node', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2' } }],
        ['a lease', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'node-2', namespace: 'kube-system' } }],
      ];
      await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'kube-system' } });
      for (const [how, object] of asked) passed('A9', way, `the webhook ended: ${how}; the whole cluster restarted see drill.test.ts`, await kubectl(['create', '--dry-run=server', '-f', '-'], object));
    });
  });
});

test('every row was tried', () => {
  const rows = new Set(table.map(({ row }) => row));
  expect(Array.from({ length: 36 }, (_, index) => `A${index + 1}`).filter((row) => !rows.has(row))).toEqual([]);
});
