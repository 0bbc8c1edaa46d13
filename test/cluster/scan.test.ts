import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAuthority } from '../../src/adapters/certificates/serving.ts';
import { connectKube, type KubeClient, type KubeObject } from '../../src/adapters/kube/client.ts';
import { type EventRecorder, recordEvents } from '../../src/adapters/kube/events.ts';
import { type Exemptions, watchExemptions } from '../../src/adapters/kube/exemptions.ts';
import { type Namespaces, watchNamespaces } from '../../src/adapters/kube/namespaces.ts';
import { type WatchedObjects, watchObjects } from '../../src/adapters/kube/objects.ts';
import { type Profiles, watchProfiles } from '../../src/adapters/kube/profiles.ts';
import { clusterReport } from '../../src/apps/cli/check-cluster-report.ts';
import { reviewCluster } from '../../src/apps/cli/check-cluster-review.ts';
import { access } from '../../src/apps/cli/install/access.ts';
import { clusterFacts } from '../../src/apps/webhook/cluster-facts.ts';
import { type ControllerTrust, type InjectionBase, injectionSettings } from '../../src/apps/webhook/injection-settings.ts';
import type { Facts, Receipts } from '../../src/apps/webhook/ports.ts';
import { clusterReceipts } from '../../src/apps/webhook/receipts.ts';
import { scanMetrics } from '../../src/apps/webhook/scan/metrics.ts';
import { type LeaderScan, scanWhileLeading } from '../../src/apps/webhook/scan/while-leading.ts';
import type { Pod } from '../../src/core/checks/pod.ts';
import { readPod } from '../../src/core/checks/read-pod.ts';
import { inject } from '../../src/core/injection/inject.ts';
import { issueReceipt } from '../../src/core/injection/receipt.ts';
import { BUILT_IN_PROFILES } from '../../src/core/policy/profile.ts';
import { customResourceDefinitions } from '../../src/core/policy/crd.ts';
import { SYSTEM_NAMESPACE } from '../../src/core/terms/fixed-names.ts';
import { goodPod } from '../core/checks/pods.ts';
import { BASE } from './injection-base.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';

// No webhook is installed here: every pod of this file is one that got past it. No kubelet runs them either; their status is written by hand.
// The scan has the rights that are installed for it, and no others.

// Other names in each run: a control plane alone never finishes to delete a namespace.
const [REPORTED, EVICTED, SYSTEM] = ['reported', 'evicted', 'system'].map((name) => `scan-test-${name}-${Date.now().toString(36)}`) as [string, string, string];
const HOUR = 3_600_000;
const TODAY: InjectionBase = { ...BASE, image: 'registry.example.com/sallyport@sha256:1111111111111111111111111111111111111111111111111111111111111111' };
const EARLIER: InjectionBase = { ...TODAY, image: 'registry.example.com/sallyport@sha256:2222222222222222222222222222222222222222222222222222222222222222' };
const LINK_KEY = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';

/** What the scan takes for the time: the API server's, plus what has been skipped. */
let skipped = 0;
const now = (): number => Date.now() + skipped;
const registry = new Registry();
const metrics = scanMetrics(registry);
const lease = { leading: true };
const sources: { namespaces: Namespaces; profiles: Profiles; objects: WatchedObjects; exemptions: Exemptions }[] = [];
let client: KubeClient;
let scanner: KubeClient;
let folder: string;
let trust: ControllerTrust;
let receipts: Required<Receipts>;
let facts: Facts;
let recorder: EventRecorder;
let scan: LeaderScan;

function podIn(namespace: string, name: string, metadata: object = {}, spec: object = {}): Pod {
  const pod = goodPod();
  return { ...pod, metadata: { ...pod.metadata, namespace, name, ...metadata }, spec: { ...pod.spec, ...spec } };
}

/** As an earlier webhook would have made it, with its receipt, of what the API server hands to it. */
async function injected(pod: Pod, base = EARLIER): Promise<Pod> {
  const read = readPod(JSON.parse(await mustKubectl(['create', '-f', '-', '-o', 'json', '--dry-run=server'], pod)));
  if (!read.ok) throw new Error('expected a pod');
  const { uid: _, ...metadata } = read.pod.metadata ?? {};
  const made = inject({ ...read.pod, metadata }, injectionSettings(base, trust, BUILT_IN_PROFILES.contained));
  return { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata?.annotations, 'sallyport.dev/receipt': issueReceipt(made, receipts.sign) ?? '' } } };
}

async function run(pod: Pod): Promise<string> {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const made = JSON.parse(await mustKubectl(['create', '-f', '-', '-o', 'json'], pod)) as KubeObject;
  await client.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, 'merge', { status: { phase: 'Running' } });
  return made.metadata.uid ?? '';
}

interface Report extends KubeObject {
  readonly summary: { readonly pass: number; readonly fail: number };
  readonly results: readonly { readonly rule: string; readonly result: string; readonly message?: string; readonly properties?: { readonly reason: string } }[];
}

function report(namespace: string, uid: string, holds: (report: Report) => boolean = () => true): Promise<Report> {
  return eventually(`the report on ${uid}`, 20, async () => {
    const found = await client.get<Report>(`/apis/wgpolicyk8s.io/v1alpha2/namespaces/${namespace}/policyreports/sallyport-${uid}`).catch(() => undefined);
    return found !== undefined && holds(found) ? found : undefined;
  });
}

const reasonsOf = ({ results }: Report): (string | undefined)[] => results.map(({ properties }) => properties?.reason);

async function eventsOn(namespace: string, uid: string): Promise<readonly KubeObject[]> {
  const { items } = await client.get<{ items: KubeObject[] }>(`/api/v1/namespaces/${namespace}/events`, { query: { fieldSelector: `involvedObject.uid=${uid}` } });
  return items;
}

async function eventNow(namespace: string, uid: string, reason: string, count = 1): Promise<KubeObject | undefined> {
  return (await eventsOn(namespace, uid)).find((one) => one['reason'] === reason && Number(one['count']) >= count);
}

const event = (namespace: string, uid: string, reason: string, count = 1): Promise<KubeObject> => eventually(`${count} of ${reason}`, 20, () => eventNow(namespace, uid, reason, count));

/** Lets minutes go by until the answer is not undefined. */
const afterMinutes = <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => eventually(what, 20, async () => {
  const answer = await ask();
  if (answer === undefined) skipped += 61_000;
  return answer;
});

const isGone = async (namespace: string, name: string): Promise<boolean> => (await kubectl(['-n', namespace, 'get', 'pod', name])).code !== 0;

/** Rounds enough for all that is due. */
const aWhile = (): Promise<void> => new Promise((resolve) => {
  setTimeout(resolve, 1_500);
});

function begin(): LeaderScan {
  return scanWhileLeading({
    client: scanner, facts, lease, recorder, now, random: () => 0.5, metrics,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    timing: { round: 100, debounce: 100, again: HOUR, settle: 60_000, confirm: 30_000, evictions: { unproven: 1, expired: 1 } },
  });
}

function labelled(name: string, profile: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': profile } } };
}

/** A kubeconfig of the webhook's own ServiceAccount. */
async function leastRights(): Promise<string> {
  const token = (await mustKubectl(['-n', SYSTEM_NAMESPACE, 'create', 'token', 'sallyport-webhook'])).trim();
  const config = JSON.parse(await mustKubectl(['config', 'view', '--raw', '-o', 'json'])) as { contexts: { context: { user: string } }[] };
  const file = join(folder, 'webhook');
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: config.contexts[0]?.context.user, user: { token } }] }));
  return file;
}

beforeAll(async () => {
  client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  await mustKubectl(['apply', '-f', 'deploy/policy-reports.yaml']);
  await kubectl(['create', 'namespace', SYSTEM_NAMESPACE]);
  await apply(...customResourceDefinitions(), ...access({}));
  await mustKubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  const profile = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', metadata: { name: 'scan-test-evicting' }, spec: { runtimeClassNames: { required: false }, onUnproven: 'evict', maxLifetimeSeconds: 7_200, warnOnly: ['image-source'] } };
  await apply(profile, labelled(REPORTED, 'contained'), labelled(EVICTED, 'scan-test-evicting'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } });
  for (const namespace of [REPORTED, EVICTED]) {
    await apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'agents', namespace }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }, ...[53, 80, 443, 8443].map((port) => ({ port, protocol: 'TCP' }))] }] } },
    );
  }
  trust = { ca: (await mintAuthority({ commonName: 'Controller of a test', now: Date.now(), lifetime: 24 * HOUR })).cert, keys: [LINK_KEY] };
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sallyport-trust', namespace: SYSTEM }, data: { 'ca.crt': trust.ca, 'link-keys': LINK_KEY } });
  receipts = await clusterReceipts(client, SYSTEM, TODAY);
  folder = mkdtempSync(join(tmpdir(), 'scan-test-'));
  scanner = connectKube({ kubeconfig: await leastRights() });
  const watch = { client: scanner, now: Date.now, random: Math.random };
  const watched = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
  sources.push(watched);
  facts = clusterFacts({ ...watched, trust: { current: () => ({ trust }) }, receipts, client: scanner, now }, TODAY);
  recorder = recordEvents({ client: scanner, component: 'scan-test', now, timing: { gather: 10, between: 0 } });
  scan = begin();
}, 60_000);

afterAll(async () => {
  await scan?.stop();
  await recorder?.stop();
  for (const watched of sources) await Promise.all(Object.values(watched).map((one) => one.stop()));
  for (const namespace of [REPORTED, EVICTED]) await kubectl(['-n', namespace, 'delete', 'pods', '--all', '--grace-period=0', '--force']);
  await kubectl(['delete', 'namespace', REPORTED, EVICTED, SYSTEM, '--ignore-not-found', '--wait=false']);
  await kubectl(['delete', 'sandboxprofile', 'scan-test-evicting', '--ignore-not-found']);
  await scanner?.close();
  await client?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a pod that got past the webhook (A8, A23, A33)', () => {
  let uid = '';

  test('is found, reported with its faults and told on the pod', async () => {
    uid = await run(podIn(REPORTED, 'bare', {}, { activeDeadlineSeconds: undefined }));
    const found = await report(REPORTED, uid);
    expect(reasonsOf(found)).toEqual(expect.arrayContaining(['sidecar-missing', 'lifetime-unbounded']));
    expect(found.metadata['ownerReferences']).toMatchObject([{ kind: 'Pod', name: 'bare', uid }]);
    expect(await event(REPORTED, uid, 'SallyportUnproven')).toMatchObject({ type: 'Warning', count: 1, involvedObject: { kind: 'Pod', name: 'bare' } });
  });

  test('is counted among the unproven of its namespace, and of the others it is said that they have none', async () => {
    const metrics = await eventually('the metrics of a round', 10, async () => {
      const text = await registry.metrics();
      return text.includes(`sallyport_scan_unproven_pods{namespace="${REPORTED}"} 1`) ? text : undefined;
    });
    expect(metrics).toContain('sallyport_scan_faulty_pods{check="sidecar-intact",weight="deny"} 1');
    expect(metrics).toMatch(/sallyport_scan_last_timestamp_seconds \d{10}/);
  });

  test('is looked at again each hour, and told by a count that rises, not by another Event', async () => {
    for (const count of [2, 3]) {
      skipped += HOUR;
      await event(REPORTED, uid, 'SallyportUnproven', count);
    }
    expect(await eventsOn(REPORTED, uid)).toHaveLength(1);
  });

  test('stays where the profile only reports', async () => {
    await aWhile();
    expect(await isGone(REPORTED, 'bare')).toBe(false);
  });

  test('that its kubelet runs from a file is reported as what it is', async () => {
    const mirror = await injected(podIn(REPORTED, 'static', {}, { nodeName: 'node-1' }), TODAY);
    const id = await run({ ...mirror, metadata: { ...mirror.metadata, annotations: { ...mirror.metadata?.annotations, 'kubernetes.io/config.mirror': 'x' } }, spec: { ...mirror.spec, serviceAccountName: '' } }).catch((error: unknown) => String(error));
    // The API server refuses tokens in mirror pods, so one cannot even look injected.
    expect(id).toContain('mirror pod');
    const bare = await run(podIn(REPORTED, 'static', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, { nodeName: 'node-1', automountServiceAccountToken: undefined }));
    expect(reasonsOf(await report(REPORTED, bare))).toContain('static-pod');
  });

  test('while its namespace took no agents yet is found when that begins to', async () => {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM, labels: { later: 'yes' } } }, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: SYSTEM } });
    const id = await run(podIn(SYSTEM, 'early'));
    await aWhile();
    expect((await kubectl(['-n', SYSTEM, 'get', 'policyreports', '-o', 'name'])).out).toBe('');
    await mustKubectl(['label', 'namespace', SYSTEM, 'sallyport.dev/agents=enforce', 'sallyport.dev/profile=contained']);
    expect(reasonsOf(await report(SYSTEM, id))).toContain('sidecar-missing');
    await mustKubectl(['label', 'namespace', SYSTEM, 'sallyport.dev/agents-']);
    await mustKubectl(['-n', SYSTEM, 'delete', 'pod', 'early', '--grace-period=0', '--force']);
  });
});

describe('a pod that was injected', () => {
  test('is proven as the API server gives it back, by derivation and by its receipt under earlier settings', async () => {
    for (const [name, base] of [['today', TODAY], ['earlier', EARLIER]] as const) {
      const found = await report(REPORTED, await run(await injected(podIn(REPORTED, name), base)));
      expect(reasonsOf(found).filter((reason) => reason?.startsWith('sidecar'))).toEqual([]);
      expect(found.summary.pass).toBe(1);
    }
  });

  test('stays proven after updates that a running pod may have', async () => {
    const id = await run(await injected(podIn(REPORTED, 'updated')));
    await report(REPORTED, id);
    await mustKubectl(['-n', REPORTED, 'patch', 'pod', 'updated', '--type=json', '-p', JSON.stringify([
      { op: 'replace', path: '/spec/containers/0/image', value: 'registry.example.com/agent:2' },
      { op: 'replace', path: '/spec/activeDeadlineSeconds', value: 300 },
      { op: 'add', path: '/metadata/labels', value: { 'example.com/note': 'x' } },
    ])]);
    await aWhile();
    expect((await report(REPORTED, id)).summary.pass).toBe(1);
  });

  test('and lost its receipt since is proven no more once settings have moved on', async () => {
    const id = await run(await injected(podIn(REPORTED, 'unreceipted')));
    await mustKubectl(['-n', REPORTED, 'annotate', 'pod', 'unreceipted', 'sallyport.dev/receipt-']);
    expect(reasonsOf(await report(REPORTED, id, ({ summary }) => summary.pass === 0))).toContain('sidecar-changed');
  });

  test('and whose sidecar was replaced since is found within seconds', async () => {
    const id = await run(await injected(podIn(REPORTED, 'replaced')));
    await report(REPORTED, id, ({ summary }) => summary.pass === 1);
    await mustKubectl(['-n', REPORTED, 'patch', 'pod', 'replaced', '--type=json', '-p', '[{"op":"replace","path":"/spec/initContainers/1/image","value":"registry.example.com/other:1"}]']);
    expect(reasonsOf(await report(REPORTED, id, ({ summary }) => summary.pass === 0))).toContain('sidecar-changed');
  });

  test('and whose labels were edited past us is no longer the agent that its receipt names (A6)', async () => {
    const id = await run(await injected(podIn(REPORTED, 'renamed', { labels: { 'sallyport.dev/agent': 'triage' } })));
    await report(REPORTED, id);
    await client.patch(`/api/v1/namespaces/${REPORTED}/pods/renamed/status`, 'merge', { metadata: { labels: { 'sallyport.dev/agent': 'admin' } } });
    const found = await report(REPORTED, id, ({ results }) => results.some(({ rule }) => rule === 'agent-identity'));
    expect(reasonsOf(found)).toContain('agent-renamed');
    expect(found.summary.pass).toBe(1);
  });
});

describe('the command line', () => {
  test('finds the same by its own review, and believes no report', async () => {
    await mustKubectl(['-n', REPORTED, 'delete', 'policyreports', '--all']);
    const { namespaces, reviewed, found } = await reviewCluster(client, { system: SYSTEM, namespace: REPORTED });
    expect(namespaces).toEqual([REPORTED]);
    const verdicts = Object.fromEntries(found.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({ bare: 'unproven', static: 'unproven', unreceipted: 'unproven', replaced: 'unproven', renamed: 'faulty' });
    expect(['today', 'earlier', 'updated'].map((name) => verdicts[name] ?? 'warned')).toEqual(['warned', 'warned', 'warned']);
    expect(reviewed).toBeGreaterThanOrEqual(8);
    expect(clusterReport({ namespaces, reviewed, found }, (_style, text) => text)).toContain(`${REPORTED}/bare: runs without a proven sidecar (profile contained, enforce)`);
  });

  test('says where it cannot: a namespace that takes no agents, a cluster without Sallyport', async () => {
    await expect(reviewCluster(client, { system: SYSTEM, namespace: 'kube-system' })).rejects.toThrow(/--namespace: kube-system takes no agents; expected one of/);
    await expect(reviewCluster(client, { system: 'kube-public' })).rejects.toThrow('there is no ConfigMap sallyport-injection in kube-public; expected a cluster in which Sallyport is installed and has started');
  });
});

describe('where the profile says so, a pod is evicted', () => {
  test('that is not proven: after a second look, and not while a disruption budget forbids it', async () => {
    await scan.stop();
    await apply({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'kept', namespace: EVICTED }, spec: { minAvailable: 1, selector: { matchLabels: { kept: 'yes' } } } });
    scan = begin();
    const [loose, kept] = [await run(podIn(EVICTED, 'loose')), await run(podIn(EVICTED, 'kept', { labels: { kept: 'yes' } }))];
    await event(EVICTED, loose, 'SallyportUnproven');
    await aWhile();
    expect(await isGone(EVICTED, 'loose')).toBe(false);
    expect(await afterMinutes('the eviction', () => eventNow(EVICTED, loose, 'SallyportEvicted'))).toMatchObject({ message: 'Evicted: its sidecar is not proven.' });
    expect(await afterMinutes('the refused eviction', () => eventNow(EVICTED, kept, 'SallyportEvictionRefused'))).toMatchObject({ type: 'Warning' });
    expect(await isGone(EVICTED, 'loose')).toBe(true);
    expect(await isGone(EVICTED, 'kept')).toBe(false);
    await mustKubectl(['-n', EVICTED, 'delete', 'pdb', 'kept']);
    await afterMinutes('the eviction once the budget is gone', async () => ((await isGone(EVICTED, 'kept')) ? true : undefined));
  });

  test('that names no end: at its longest life, and not before', async () => {
    await scan.stop();
    skipped = 0;
    scan = begin();
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'agents', uid: 'b8e7a9a4-1111-4222-8333-444455556666', controller: true };
    const id = await run(await injected(podIn(EVICTED, 'endless', { ownerReferences: [owner] }, { activeDeadlineSeconds: undefined })));
    await run(await injected(podIn(EVICTED, 'ending')));
    await report(EVICTED, id);
    skipped += 7_000_000;
    await aWhile();
    expect(await isGone(EVICTED, 'endless')).toBe(false);
    expect(await afterMinutes('the eviction', () => eventNow(EVICTED, id, 'SallyportEvicted'))).toMatchObject({ message: 'Evicted: it names no end and has lived as long as its profile allows.' });
    expect(await isGone(EVICTED, 'ending')).toBe(false);
  });

  test('by nobody but the replica that leads', async () => {
    lease.leading = false;
    scan.wake();
    const id = await run(podIn(EVICTED, 'unled'));
    skipped += 120_000;
    await aWhile();
    expect(await eventsOn(EVICTED, id)).toEqual([]);
    lease.leading = true;
    scan.wake();
    await event(EVICTED, id, 'SallyportUnproven');
  });
});
