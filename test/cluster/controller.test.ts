import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readEvidencePair } from '../../src/adapters/journal/evidence-pair.ts';
import { createLink, type Link, type LinkNotice } from '../../src/adapters/link/client.ts';
import { connectKube, type KubeClient } from '../../src/adapters/kube/client.ts';
import { readTrust } from '../../src/adapters/kube/trust.ts';
import { startClustered } from '../../src/apps/controller/clustered.ts';
import type { RunningController } from '../../src/apps/controller/start.ts';
import { customResourceDefinitions } from '../../src/core/policy/crd.ts';
import { apply, eventually, mustKubectl } from './kubectl.ts';

// The controller runs in this process and sidecars' ends of the link beside it, so that the control plane alone is enough for these tests.

const AGENTS = 'controller-test-agents';
const SYSTEM = 'controller-test-system';
const directory = mkdtempSync(join(tmpdir(), 'sallyport-controller-test-'));

const started: RunningController[] = [];
const links: Link[] = [];
const logged: string[] = [];
let client: KubeClient;
let controller: RunningController;

const said = (facts: object, message: string): void => {
  logged.push(`${message} ${JSON.stringify(facts)}`);
};

function start(): Promise<RunningController> {
  const anywhere = { host: '127.0.0.1', port: 0 };
  return startClustered({
    kubeconfig: process.env['KUBECONFIG'] ?? '', namespace: SYSTEM, clusterDomain: 'cluster.local', listen: anywhere, health: anywhere, log: { info: said, warn: said, error: said },
  });
}

/** A pod that is never scheduled: nobody has to run it for its token to be good. */
function pod(name: string, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: AGENTS, labels: { app: 'triage' }, ...metadata },
    spec: { serviceAccountName: 'triage', nodeSelector: { 'test.example/never': 'here' }, containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] },
  };
}

function policy(name: string, hosts: readonly string[], matchLabels = { app: 'triage' }): object {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'AgentPolicy',
    metadata: { name, namespace: AGENTS },
    spec: { agents: { matchLabels }, tools: [{ name: 'items', http: { hosts }, access: 'read-only' }] },
  };
}

async function uidOf(name: string): Promise<string> {
  return mustKubectl(['-n', AGENTS, 'get', 'pod', name, '-o', 'jsonpath={.metadata.uid}']);
}

async function token(name: string, audience = 'sallyport'): Promise<string> {
  const bound = ['--bound-object-kind', 'Pod', '--bound-object-name', name, '--bound-object-uid', await uidOf(name)];
  return (await mustKubectl(['-n', AGENTS, 'create', 'token', 'triage', '--audience', audience, ...bound])).trim();
}

async function connect(name: string, shown?: string): Promise<{ link: Link; notices: LinkNotice[] }> {
  const trust = readTrust(await client.get(`/api/v1/namespaces/${SYSTEM}/configmaps/sallyport-trust`));
  if ('missing' in trust) throw new Error(trust.missing);
  const tokenFile = join(directory, `${name}-${Math.random()}`);
  writeFileSync(tokenFile, shown ?? (await token(name)));
  const notices: LinkNotice[] = [];
  const link = createLink({
    url: `https://sallyport-controller.${SYSTEM}.svc:${controller.address.port}`,
    ca: trust.trust.ca, keys: trust.trust.keys, tokenFile, now: Date.now, onNotice: (notice) => notices.push(notice),
    pod: { namespace: AGENTS, name, uid: await uidOf(name) },
    resolver: { resolve: async () => ['127.0.0.1'] },
  });
  links.push(link);
  return { link, notices };
}

function hostsOf(link: Link): string {
  return (link.current()?.policies ?? []).flatMap(({ spec }) => spec.tools.flatMap(({ http }) => http?.hosts ?? [])).join();
}

async function within(milliseconds: number, holds: () => boolean): Promise<number> {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > milliseconds) throw new Error(`not within ${milliseconds} ms; ${logged.slice(-3).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - from;
}

beforeAll(async () => {
  const kubeconfig = process.env['KUBECONFIG'];
  if (kubeconfig === undefined) throw new Error('KUBECONFIG has to name a cluster');
  client = connectKube({ kubeconfig });
  await apply(...customResourceDefinitions());
  await mustKubectl(['wait', '--for=condition=Established', 'crd/agentpolicies.sallyport.dev', '--timeout=60s']);
  await apply(...[AGENTS, SYSTEM].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'triage', namespace: AGENTS } }, policy('triage', ['api.example.com']), pod('triage-1'));
  // Two replicas at once: both must end with the same key and certificate.
  started.push(...(await Promise.all([start(), start()])));
  controller = started[0]!;
});

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()));
  await mustKubectl(['delete', 'namespace', AGENTS, SYSTEM, '--wait=false', '--ignore-not-found']);
  await client.close();
  rmSync(directory, { recursive: true });
});

describe('the controller on a cluster', () => {
  test('makes its key, its certificate and the trust once, however many replicas start', async () => {
    const names = (await mustKubectl(['-n', SYSTEM, 'get', 'secrets,configmaps', '-o', 'name'])).trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['secret/sallyport-link-key', 'secret/sallyport-evidence-key', 'secret/sallyport-controller-tls', 'configmap/sallyport-trust']));
    for (const replica of started) {
      controller = replica;
      const { link } = await connect('triage-1');
      expect((await link.whenReady(AbortSignal.timeout(10_000))).policies).toHaveLength(1);
    }
  });

  test('tells every sidecar, of whichever replica, the one key to seal payloads to, and logs nothing of what opens them', async () => {
    const pem = Buffer.from(await mustKubectl(['-n', SYSTEM, 'get', 'secret', 'sallyport-evidence-key', '-o', String.raw`jsonpath={.data.private\.pem}`]), 'base64').toString();
    const { publicKey, privateKey } = readEvidencePair(pem);
    for (const replica of started) {
      controller = replica;
      const { link } = await connect('triage-1');
      expect(await link.evidenceKey(AbortSignal.timeout(10_000))).toEqual(publicKey);
    }
    expect(logged.join()).not.toContain(privateKey.d);
    expect(logged.join()).not.toContain(pem.split('\n')[1]);
  });

  test('gives a pod with its projected token the policies that select it', async () => {
    await apply(policy('others', ['others.example.com'], { app: 'others' }));
    const { link } = await connect('triage-1');
    await link.whenReady(AbortSignal.timeout(10_000));
    expect(hostsOf(link)).toBe('api.example.com');
    expect(link.subject()).toMatchObject({ namespace: AGENTS, agent: 'triage-1', serviceAccount: 'triage', pod: 'triage-1', labels: { app: 'triage' } });
  });

  test('has a changed policy obeyed within two seconds of kubectl apply', async () => {
    const { link } = await connect('triage-1');
    await link.whenReady(AbortSignal.timeout(10_000));
    for (const host of ['one.example.com', 'two.example.com', 'three.example.com']) {
      await apply(policy('triage', [host]));
      await within(2_000, () => hostsOf(link) === host);
    }
  });

  test('keeps the last good version of a policy that is applied and cannot be enforced', async () => {
    await apply(policy('triage', ['good.example.com']));
    const { link } = await connect('triage-1');
    await link.whenReady(AbortSignal.timeout(10_000));
    await within(2_000, () => hostsOf(link) === 'good.example.com');
    await apply(policy('triage', ['*.com']));
    await eventually('the refusal in the log', 10, async () => (logged.some((line) => line.includes('policy refused') && line.includes('*.com')) ? true : undefined));
    expect(hostsOf(link)).toBe('good.example.com');
    await apply(policy('triage', ['better.example.com']));
    await within(2_000, () => hostsOf(link) === 'better.example.com');
  });

  test('names an agent after the workload that really owns its pod', async () => {
    await apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace: AGENTS },
      spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] } } } } },
    });
    const uid = await mustKubectl(['-n', AGENTS, 'get', 'cronjob', 'nightly', '-o', 'jsonpath={.metadata.uid}']);
    await apply(pod('owned', { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid, controller: true }] }));
    const { link } = await connect('owned');
    await link.whenReady(AbortSignal.timeout(10_000));
    expect(link.subject()?.agent).toBe('nightly');
  });

  test.each([
    ['of the API server itself', async () => token('triage-1', 'https://kubernetes.default.svc.cluster.local'), 'token-foreign'],
    ['that is bound to no pod', async () => (await mustKubectl(['-n', AGENTS, 'create', 'token', 'triage', '--audience', 'sallyport'])).trim(), 'token-unbound'],
    ['whose signature is cut', async () => (await token('triage-1')).slice(0, -8), 'token-'],
  ])('refuses a token %s', async (_name, make, code) => {
    const { link, notices } = await connect('triage-1', await make());
    await within(5_000, () => notices.length > 0);
    expect(notices[0]?.sentence).toContain(`"reason":"${code}`);
    expect(link.current()).toBeUndefined();
  });

  test('refuses the token of a pod that was deleted and made again', async () => {
    await apply(pod('short'));
    const old = await token('short');
    await mustKubectl(['-n', AGENTS, 'delete', 'pod', 'short', '--grace-period=0', '--force']);
    await apply(pod('short'));
    const { link, notices } = await connect('short', old);
    await within(5_000, () => notices.some(({ sentence }) => sentence.includes('pod-mismatch')));
    expect(link.current()).toBeUndefined();
  });

  test('lets a sidecar go whose pod is deleted', async () => {
    await apply(pod('gone'));
    const { link, notices } = await connect('gone');
    await link.whenReady(AbortSignal.timeout(10_000));
    await mustKubectl(['-n', AGENTS, 'delete', 'pod', 'gone', '--grace-period=0', '--force']);
    await within(5_000, () => notices.some(({ sentence }) => sentence.includes('pod-unknown')));
  });
});
