import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, IMAGE } from './image.ts';
import { install, SYSTEM, uninstall } from './installation.ts';
import { apply, type Ended, eventually, kubectl, mustKubectl } from './kubectl.ts';
import { killAll, pidFolder, programs, startAll } from './machine.ts';

// A webhook that blocks its own return is the oldest outage there is. Everything here is done to the installation as it is printed.

const AGENTS = 'drill-agents';
const ELSEWHERE = 'drill-elsewhere';
const REPLICAS = 3;

const AGENT_SPEC = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 1,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'agent',
      image: IMAGE,
      imagePullPolicy: 'Never',
      command: ['sleep', 'infinity'],
      resources: { requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '500m', memory: '64Mi', 'ephemeral-storage': '64Mi' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    },
  ],
};

function pod(namespace: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'drill-', namespace }, spec: { ...AGENT_SPEC, activeDeadlineSeconds: 600, restartPolicy: 'Never' } };
}

function workload(namespace: string): object {
  const labels = { app: 'drill' };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'drill', namespace }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: AGENT_SPEC } } };
}

const tryPod = (namespace: string): Promise<Ended> => kubectl(['create', '--dry-run=server', '-f', '-'], pod(namespace));
const podsOf = async (namespace: string, column: string): Promise<string[]> => (await mustKubectl(['-n', namespace, 'get', 'pods', '--no-headers', '-o', `custom-columns=X:${column}`])).split('\n').filter((line) => line !== '');
const readyWebhooks = async (): Promise<number> => Number((await kubectl(['-n', SYSTEM, 'get', 'deployment', 'sallyport-webhook', '-o', 'jsonpath={.status.readyReplicas}'])).out || 0);
const agentPodsPass = (): Promise<true> => eventually('an agent pod that passes', 120, async () => ((await tryPod(AGENTS)).code === 0 ? true : undefined));

const apiServerMetrics = (): Promise<string> => mustKubectl(['get', '--raw', '/metrics']);

async function setFailurePolicy(value: string): Promise<void> {
  for (const configuration of ['validatingwebhookconfiguration/sandbox.sallyport.dev', 'mutatingwebhookconfiguration/inject.sallyport.dev']) {
    await mustKubectl(['patch', configuration, '--type=json', '-p', JSON.stringify([{ op: 'replace', path: '/webhooks/0/failurePolicy', value }])]);
  }
}

/** What a cluster lives by; a dead webhook must stand in the way of none of it. */
const VITAL: readonly [what: string, act: () => Promise<Ended>][] = [
  ['a pod in a namespace without agents', () => tryPod(ELSEWHERE)],
  ['a pod in kube-system', () => tryPod('kube-system')],
  ['a pod in the namespace of the webhook', () => tryPod(SYSTEM)],
  ['a workload in the namespace of the webhook', () => kubectl(['-n', SYSTEM, 'annotate', 'deployment', 'sallyport-webhook', `test.example/at=${Date.now()}`, '--overwrite'])],
  ['a node', async () => kubectl(['label', 'node', (await mustKubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n')[0]?.replace('node/', '') ?? '', `test.example/at=${Date.now()}`, '--overwrite'])],
  ['a lease', () => kubectl(['-n', ELSEWHERE, 'apply', '-f', '-'], { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'drill' }, spec: { holderIdentity: String(Date.now()) } })],
  ['a Secret', () => kubectl(['-n', AGENTS, 'create', 'secret', 'generic', 'drill', '--dry-run=server', '--from-literal=a=b'])],
  ['a scale', () => kubectl(['-n', AGENTS, 'scale', 'deployment/drill', '--replicas=1'])],
  ['the webhook configurations themselves', () => kubectl(['annotate', 'validatingwebhookconfiguration', 'sandbox.sallyport.dev', `test.example/at=${Date.now()}`, '--overwrite'])],
  ['a namespace, from its creation to its end', async () => {
    await mustKubectl(['create', 'namespace', 'drill-passing']);
    return kubectl(['delete', 'namespace', 'drill-passing', '--timeout=60s']);
  }],
  ['the end of an agent pod', () => kubectl(['-n', AGENTS, 'delete', 'pod', '-l', 'app=drill', '--timeout=60s'])],
];

beforeAll(async () => {
  buildImage([]);
  await install();
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE } },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'isolated', namespace: AGENTS }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  );
  for (const namespace of [AGENTS, ELSEWHERE]) await eventually('the default service account', 30, async () => ((await kubectl(['-n', namespace, 'get', 'serviceaccount', 'default'])).code === 0 ? true : undefined));
  await agentPodsPass();
  await apply(workload(AGENTS));
  await mustKubectl(['-n', AGENTS, 'rollout', 'status', 'deployment/drill', '--timeout=120s']);
});

afterAll(() => uninstall(AGENTS, ELSEWHERE));

describe('three webhooks on whatever nodes there are', () => {
  test('run, one of them holds the lease, and one at a time may be evicted', async () => {
    expect(await readyWebhooks()).toBe(REPLICAS);
    const holder = await mustKubectl(['-n', SYSTEM, 'get', 'lease', 'sallyport-webhook', '-o', 'jsonpath={.spec.holderIdentity}']);
    expect(await podsOf(SYSTEM, '.metadata.name')).toContain(holder.split('_')[0]);
    expect(await eventually('the budget', 30, async () => (await kubectl(['-n', SYSTEM, 'get', 'pdb', 'sallyport-webhook', '-o', 'jsonpath={.status.disruptionsAllowed}'])).out || undefined)).toBe('1');
  });

  test('are replaced one after the other without a review that fails', async () => {
    const ended = new AbortController();
    const failed: string[] = [];
    let reviews = 0;
    const asking = async (): Promise<void> => {
      for (; !ended.signal.aborted; reviews += 1) {
        const { code, err } = await tryPod(AGENTS);
        if (code !== 0) failed.push(err);
      }
    };
    const all = [asking(), asking()];
    await mustKubectl(['-n', SYSTEM, 'rollout', 'restart', 'deployment/sallyport-webhook']);
    await mustKubectl(['-n', SYSTEM, 'rollout', 'status', 'deployment/sallyport-webhook', '--timeout=240s']);
    // The last of the old ones still drains.
    await eventually('the end of the old ones', 90, async () => ((await podsOf(SYSTEM, '.metadata.name')).filter((name) => name.startsWith('sallyport-webhook')).length === REPLICAS ? true : undefined));
    ended.abort();
    await Promise.all(all);
    process.stdout.write(`drill: ${reviews} reviews while every webhook was replaced, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
    expect(reviews).toBeGreaterThan(50);
  });
});

describe('every webhook is gone', () => {
  beforeAll(async () => {
    await mustKubectl(['-n', SYSTEM, 'scale', 'deployment/sallyport-webhook', '--replicas=0']);
    await eventually('the end of the webhooks', 90, async () => ((await podsOf(SYSTEM, '.metadata.name')).some((name) => name.startsWith('sallyport-webhook')) ? undefined : true));
    await eventually('the first refusal', 30, async () => ((await tryPod(AGENTS)).code === 0 ? undefined : true));
  });

  test('an agent pod is refused, and the refusal says that nobody could be asked', async () => {
    const { code, err } = await tryPod(AGENTS);
    expect(code).not.toBe(0);
    expect(err).toMatch(/failed calling webhook "inject.sallyport.dev"/);
  });

  test.each(VITAL)('%s is not held up', async (_what, act) => {
    expect(await act()).toMatchObject({ code: 0 });
  });

  test('the API server counts what it could not ask, and what it let pass because somebody said so, under the names that the alerts look for', async () => {
    expect(await apiServerMetrics()).toMatch(/^apiserver_admission_webhook_rejection_count\{error_type="calling_webhook_error",name="inject\.sallyport\.dev",/m);
    expect(await apiServerMetrics()).toMatch(/^apiserver_admission_webhook_admission_duration_seconds_bucket\{name="inject\.sallyport\.dev",/m);
    await setFailurePolicy('Ignore');
    await eventually('an agent pod that nobody has looked at', 20, async () => ((await tryPod(AGENTS)).code === 0 ? true : undefined));
    expect(await apiServerMetrics()).toMatch(/^apiserver_admission_webhook_fail_open_count\{name="inject\.sallyport\.dev",type="admit"\} [1-9]/m);
    await setFailurePolicy('Fail');
    await eventually('a refusal', 20, async () => ((await tryPod(AGENTS)).code === 0 ? undefined : true));
  });

  test('the agent whose pod has ended waits, and starts by itself once the webhooks are back', async () => {
    await eventually('the refused pod of the workload', 60, async () => ((await kubectl(['-n', AGENTS, 'get', 'deployment', 'drill', '-o', 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}'])).out.includes('failed calling webhook') ? true : undefined));
    expect(await podsOf(AGENTS, '.metadata.name')).toEqual([]);
    await mustKubectl(['-n', SYSTEM, 'scale', 'deployment/sallyport-webhook', `--replicas=${REPLICAS}`]);
    await mustKubectl(['-n', SYSTEM, 'rollout', 'status', 'deployment/sallyport-webhook', '--timeout=120s']);
    await agentPodsPass();
    await eventually('the agent', 240, async () => ((await podsOf(AGENTS, '.status.phase')).includes('Running') ? true : undefined));
  });
});

describe('every webhook pod is deleted at once', () => {
  test('agent pods are refused until the next ones serve, and no other pod waits for that', async () => {
    await mustKubectl(['-n', SYSTEM, 'delete', 'pods', '-l', 'app.kubernetes.io/name=sallyport-webhook', '--force', '--grace-period=0']);
    const gone = Date.now();
    const refused = await eventually('a refusal', 20, async () => {
      const { code, err } = await tryPod(AGENTS);
      return code === 0 ? undefined : err;
    });
    expect(refused).toContain('failed calling webhook');
    expect(await tryPod(ELSEWHERE)).toMatchObject({ code: 0 });
    await agentPodsPass();
    process.stdout.write(`drill: agent pods were refused for ${Math.round((Date.now() - gone) / 1000)} s after every webhook pod was deleted\n`);
    await eventually('all webhooks', 120, async () => ((await readyWebhooks()) === REPLICAS ? true : undefined));
  });
});

describe.skipIf(pidFolder() === undefined)('the whole cluster goes down at once and comes back', () => {
  test('the webhooks, the lease and the agents are there again, and nobody has lent a hand', async () => {
    const folder = pidFolder() ?? '';
    const restarts = (await podsOf(AGENTS, '.status.containerStatuses[0].restartCount'))[0];
    const stopped = programs(folder);
    await killAll(stopped);
    await sleep(2_000);
    const back = Date.now();
    await startAll(folder, stopped, async (name) => {
      if (name === 'kube-apiserver') await eventually('the API server', 60, async () => ((await kubectl(['get', '--raw', '/readyz'])).code === 0 ? true : undefined));
      if (name === 'containerd') await sleep(2_000);
    });
    // Until then nobody answers, and agents are refused for it. Whatever else there is comes up.
    const early = await tryPod(AGENTS);
    expect([0, 1]).toContain(early.code);
    expect(await tryPod(ELSEWHERE)).toMatchObject({ code: 0 });
    await eventually('all webhooks', 240, async () => ((await readyWebhooks()) === REPLICAS ? true : undefined));
    await agentPodsPass();
    process.stdout.write(`drill: agent pods passed again ${Math.round((Date.now() - back) / 1000)} s after the whole cluster was started again\n`);
    await eventually('the agent with its containers started again', 240, async () => {
      const [phase, ready, now] = ((await podsOf(AGENTS, '.status.phase,Y:.status.containerStatuses[0].ready,Z:.status.containerStatuses[0].restartCount'))[0] ?? '').split(/\s+/);
      return phase === 'Running' && ready === 'true' && now !== restarts ? true : undefined;
    });
    const holder = await eventually('a holder that is there', 60, async () => {
      const [name = ''] = (await kubectl(['-n', SYSTEM, 'get', 'lease', 'sallyport-webhook', '-o', 'jsonpath={.spec.holderIdentity}'])).out.split('_');
      return (await podsOf(SYSTEM, '.metadata.name')).includes(name) ? name : undefined;
    });
    expect(holder).toContain('sallyport-webhook');
  });
});
