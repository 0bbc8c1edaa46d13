import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvidencePair } from '../../src/adapters/journal/evidence-pair.ts';
import { ROOT } from '../repository/imports.ts';
import { agentPod, AGENTS, agentSpec, barePod, SCRIPTS } from './agent-pod.ts';
import { buildImage, IMAGE } from './image.ts';
import { install, MAIN, NODE, SYSTEM, uninstall } from './installation.ts';
import { apply, type Ended, eventually, kubectl, mustKubectl, run } from './kubectl.ts';
import { OTHER_HOST, startToolServer, TOOL_BODY, TOOL_HOST, type ToolServer } from './tool-server.ts';

const ELSEWHERE = 'sallyport-elsewhere';

let tools: ToolServer;

interface Try {
  readonly try: string;
  readonly status?: number;
  readonly body?: string;
  readonly reached?: boolean;
  readonly address?: string;
  readonly code?: number;
  readonly errno?: number;
}

function policy(rules: readonly object[], access?: string, more: object = {}): object {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'AgentPolicy',
    metadata: { name: 'triage', namespace: AGENTS },
    spec: {
      agents: { matchLabels: { app: 'triage' } },
      tools: [{ name: 'items', http: { hosts: [TOOL_HOST], addresses: [`${tools.address}/32`] }, ...(access ? { access } : {}), rules, ...more }],
    },
  };
}

async function namespaces(): Promise<void> {
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE } },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'isolated', namespace: AGENTS }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
  );
  const files = Object.fromEntries(['agent.py', 'loop.sh'].map((name) => [name, readFileSync(join(ROOT, 'test/cluster', name), 'utf8')]));
  for (const namespace of [AGENTS, ELSEWHERE]) await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: SCRIPTS, namespace }, data: files });
  await eventually('the default service account', 30, async () => ((await kubectl(['-n', AGENTS, 'get', 'serviceaccount', 'default'])).code === 0 ? true : undefined));
}

function dryRun(pod: object): Promise<Ended> {
  return kubectl(['create', '--dry-run=server', '-f', '-'], pod);
}

beforeAll(async () => {
  tools = await startToolServer();
  buildImage([tools.ca]);
  await install();
  await namespaces();
  // Ready pods are behind their Service only once the node's rules have followed.
  await eventually('the first review', 60, async () => ((await dryRun(barePod('first', AGENTS))).err.includes('sandbox.sallyport.dev') ? true : undefined));
  await apply(policy([{ name: 'no-delete', deny: { methods: ['DELETE'] }, reason: 'items are kept' }], 'read-only'));
});

afterAll(async () => {
  await uninstall(AGENTS, ELSEWHERE);
  await tools?.close();
});

/** Creates the pod and waits until its agent has ended; gives back what it printed. */
async function ran(pod: object, namespace: string, name: string, seconds = 180): Promise<string> {
  await mustKubectl(['create', '-f', '-'], pod);
  const phase = await eventually(`the end of ${name}`, seconds, async () => {
    const now = (await kubectl(['-n', namespace, 'get', 'pod', name, '-o', 'jsonpath={.status.phase}'])).out;
    return now === 'Succeeded' || now === 'Failed' ? now : undefined;
  }).catch(async (fault: unknown) => {
    throw new Error(`${String(fault)}\n${(await kubectl(['-n', namespace, 'describe', 'pod', name])).out}\n${(await kubectl(['-n', namespace, 'logs', name, '--all-containers', '--prefix'])).out}`);
  });
  const printed = await mustKubectl(['-n', namespace, 'logs', name, '-c', 'agent']);
  if (phase !== 'Succeeded') throw new Error(`${name} ended as ${phase}: ${printed}`);
  return printed;
}

function readTries(printed: string): ReadonlyMap<string, Try> {
  return new Map(printed.trim().split('\n').map((line) => JSON.parse(line) as Try).map((one) => [one.try, one]));
}

describe('gate one on a real cluster', () => {
  test('a bare agent pod is refused with all of its faults at once', async () => {
    const ended = await kubectl(['create', '-f', '-'], barePod('bare', AGENTS));
    expect(ended.code).not.toBe(0);
    expect(ended.err).toContain('sandbox.sallyport.dev');
    for (const field of ['runAsNonRoot', 'readOnlyRootFilesystem', 'limits', 'automountServiceAccountToken']) expect(ended.err).toContain(field);
  });

  test('a policy that could not be put in force is refused with all that is wrong', async () => {
    const { code, err } = await dryRun(policy([{ name: 'no-delete', deny: { methods: ['DELETE'] }, when: 'noon' }], 'read-only', { http: { hosts: ['*.com'] } }));
    expect(code).not.toBe(0);
    expect(err).toContain('policies.sandbox.sallyport.dev');
    for (const field of ['spec.tools[0].http.hosts[0]', 'spec.tools[0].rules[0].when']) expect(err).toContain(`[policy] ${field}: `);
  });

  test('a pod outside of the agent namespaces is none of its business', async () => {
    const ended = await kubectl(['create', '--dry-run=server', '-f', '-'], barePod('bare', ELSEWHERE));
    expect(ended).toMatchObject({ code: 0 });
  });

  test('a pod that carries the agent label elsewhere is refused and told where agents live', async () => {
    const pod = { ...barePod('stray', ELSEWHERE), metadata: { name: 'stray', namespace: ELSEWHERE, labels: { 'sallyport.dev/agent': 'stray' } } };
    const ended = await kubectl(['create', '--dry-run=server', '-f', '-'], pod);
    expect(ended.code).not.toBe(0);
    expect(ended.err).toContain(AGENTS);
  });

  test('a container under the name of ours is overwritten, not believed', async () => {
    const pod = agentPod('spoofed', ['true']) as { spec: Record<string, unknown> };
    pod.spec['initContainers'] = [{ name: 'sallyport-proxy', image: IMAGE, command: ['sleep', '600'], restartPolicy: 'Always' }];
    const made = JSON.parse(await mustKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], pod)) as { spec: { initContainers: { name: string; args?: string[] }[] } };
    const proxy = made.spec.initContainers.filter((container) => container.name === 'sallyport-proxy');
    expect(proxy).toHaveLength(1);
    expect(proxy[0]?.args?.[0]).toBe('proxy');
  });

  test('nobody enters a sidecar, and nobody forwards a port of the pod', async () => {
    await mustKubectl(['create', '-f', '-'], agentPod('entered', ['sleep', '120']));
    await mustKubectl(['-n', AGENTS, 'wait', '--for=condition=Ready', 'pod/entered', '--timeout=120s']);
    for (const container of ['sallyport-proxy', 'agent']) {
      const ended = await kubectl(['-n', AGENTS, 'exec', 'entered', '-c', container, '--', 'true']);
      expect(ended.code, container).not.toBe(0);
      expect(ended.err).toContain('denied the request');
    }
    expect((await kubectl(['-n', AGENTS, 'port-forward', 'pod/entered', ':15020'])).err).toContain('denied the request');
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'entered', '--wait=false']);
  });

  test('an update that takes the proven sidecar away is refused with the field', async () => {
    await mustKubectl(['create', '-f', '-'], agentPod('updated', ['sleep', '120']));
    const image = { spec: { initContainers: [{ name: 'sallyport-proxy', image: 'proxy.example.com/other:1' }] } };
    const ended = await kubectl(['-n', AGENTS, 'patch', 'pod', 'updated', '--type=strategic', '-p', JSON.stringify(image)]);
    expect(ended.code).not.toBe(0);
    expect(ended.err).toContain('spec.initContainers[1].image');
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'updated', '--wait=false']);
  });
});

describe('gate two in a real pod', () => {
  const PACKETS = ['tcp by address', 'udp by address', 'dns of the cluster, udp', 'dns of the cluster, tcp'];
  let tries: ReadonlyMap<string, Try>;
  /** The same packets from a pod that is none of our business. */
  let uncaptured: ReadonlyMap<string, Try>;

  beforeAll(async () => {
    const resolver = /nameserver (\S+)/.exec(await mustKubectl(['-n', SYSTEM, 'exec', 'deploy/sallyport-webhook', '--', 'cat', '/etc/resolv.conf']))?.[1] ?? '';
    const command = (...words: string[]): string[] => ['python3', '/scripts/agent.py', ...words, TOOL_HOST, OTHER_HOST, tools.address, resolver, '2001:db8::1'];
    const control = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'control', namespace: ELSEWHERE }, spec: agentSpec(command('packets')) };
    uncaptured = readTries(await ran(control, ELSEWHERE, 'control'));
    tools.seen.length = 0;
    tries = readTries(await ran(agentPod('tries', command()), AGENTS, 'tries'));
  });

  test.each(['allowed, by proxy variables', 'allowed, captured', 'allowed, python'])('%s: an allowed HTTPS tool is reached without any setting', (name) => {
    expect(tries.get(name)).toMatchObject({ status: 200, body: expect.stringContaining('items') });
  });

  test.each([
    ['denied path', 403, 'denied-by-rule', 'items are kept'],
    ['denied path, captured', 403, 'denied-by-rule', 'items are kept'],
    ['denied host', 403, 'host-not-listed', OTHER_HOST],
    ['denied host, captured', 403, 'host-not-listed', OTHER_HOST],
    ['denied host, python', 403, 'host-not-listed', OTHER_HOST],
    ['fronting', 421, 'authority-mismatch', OTHER_HOST],
  ])('%s: refused with %i %s, in words that name the cause', (name, status, reason, words) => {
    const tried = tries.get(name);
    expect(tried).toMatchObject({ status });
    const problem = JSON.parse(tried?.body ?? '{}') as { reason?: string; detail?: string };
    expect(problem.reason).toBe(reason);
    expect(JSON.stringify(problem)).toContain(words);
  });

  test.each(PACKETS)('%s reaches nothing, though the same packet from a pod without capture is answered', (name) => {
    expect(uncaptured.get(name)).toMatchObject({ reached: true });
    expect(tries.get(name)).toMatchObject({ reached: false, errno: expect.any(Number) });
  });

  test('ipv6 reaches nothing', () => {
    expect(tries.get('ipv6')).toMatchObject({ reached: false });
  });

  test('an allowed name that the agent maps to an address of its own choosing reaches nothing', () => {
    expect(tries.get('spoofed name')).toMatchObject({ code: 7, status: 0 });
  });

  test('a name that carries data gets a synthetic address and goes nowhere', () => {
    expect(tries.get('name with data')?.address).toMatch(/^198\.1[89]\./);
  });

  test('the tool saw the allowed calls and nothing else', () => {
    expect([...new Set(tools.seen)]).toEqual(['GET /v1/items']);
    expect(tools.seen).toHaveLength(3);
  });
});

/** When the looping agent asked, and the status that it got. */
async function loopLines(): Promise<[at: number, status: string][]> {
  const printed = (await kubectl(['-n', AGENTS, 'logs', 'looping', '-c', 'agent'])).out.trim();
  return printed.split('\n').map((line) => line.split(' ')).map(([at, status]) => [Number(at), status ?? '']);
}

/** Nobody enters a sidecar where the namespace enforces: who looks into one takes the namespace out of enforcement meanwhile. */
async function lookingInside<T>(look: () => Promise<T>): Promise<T> {
  await setMode('warn');
  try {
    return await look();
  } finally {
    await setMode('enforce');
  }
}

function setMode(mode: string): Promise<string> {
  return mustKubectl(['label', 'namespace', AGENTS, `sallyport.dev/agents=${mode}`, '--overwrite']);
}

function inProxy(pod: string, script: string): Promise<string> {
  return lookingInside(() => mustKubectl(['-n', AGENTS, 'exec', pod, '-c', 'sallyport-proxy', '--', 'sh', '-c', script]));
}

describe('the record, the policy and the end of a pod', () => {
  test('the record says exactly what was let through, refused and rejected', async () => {
    await mustKubectl(['create', '-f', '-'], agentPod('recorded', ['sh', '-c', `python3 /scripts/agent.py ${TOOL_HOST} ${OTHER_HOST} ${tools.address} ${tools.address} 2001:db8::1; sleep 300`]));
    await eventually('the last try', 120, async () => ((await kubectl(['-n', AGENTS, 'logs', 'recorded', '-c', 'agent'])).out.includes('"done"') ? true : undefined));
    const journal = '/var/lib/sallyport/journal';
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const lines = (await inProxy('recorded', `sallyport log tail ${journal} -n 200 --output json`)).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const intents = lines.filter((line) => line['kind'] === 'intent').map((line) => `${String(line['method'])} ${String(line['decision'])} ${String(line['reason'])}`);
    const count = (text: string): number => intents.filter((line) => line === text).length;
    expect(count('GET permit allowed-by-access')).toBe(3);
    expect(count('DELETE deny denied-by-rule')).toBe(2);
    expect(count('GET deny host-not-listed')).toBe(3);
    expect(count('GET deny authority-mismatch')).toBe(1);
    expect(intents).toHaveLength(9);
    expect(lines.some((line) => line['kind'] === 'notice' && line['event'] === 'packets-rejected')).toBe(true);
    await inProxy('recorded', `sallyport log verify ${journal}`);
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'recorded', '--wait=false']);
  });

  test('what a pod sealed opens with the key in the Secret, and with nothing that the pod holds', async () => {
    const journal = '/var/lib/sallyport/journal';
    await apply(policy([], 'read-only', { capture: { payload: 'full' } }));
    await mustKubectl(['create', '-f', '-'], agentPod('sealed', ['sh', '-c', `curl -sSf https://${TOOL_HOST}/v1/items; sleep 300`]));
    const call = await eventually('the outcome of the call', 120, async () => {
      const out = await inProxy('sealed', `sallyport log tail ${journal} --output json`).catch(() => '');
      return out.split('\n').filter((line) => line.includes('"outcome"')).map((line) => (JSON.parse(line) as { call: string }).call)[0];
    });
    const pem = Buffer.from(await mustKubectl(['-n', SYSTEM, 'get', 'secret', 'sallyport-evidence-key', '-o', String.raw`jsonpath={.data.private\.pem}`]), 'base64').toString();
    const { kid } = readEvidencePair(pem).publicKey;

    expect((await inProxy('sealed', `ls ${journal}/keys`)).trim()).toBe(`${kid}.public.json`);
    expect(await inProxy('sealed', `grep -rlE 'PRIVATE KEY|"d":' ${journal} || true`)).toBe('');
    const inside = await inProxy('sealed', `sallyport log show ${call} --journal ${journal} --body`);
    expect(inside).toContain(`sealed to key ${kid}`);
    expect(inside).not.toContain(TOOL_BODY);

    const copy = mkdtempSync(join(tmpdir(), 'sallyport-sealed-'));
    await lookingInside(() => mustKubectl(['-n', AGENTS, 'cp', '-c', 'sallyport-proxy', `sealed:${journal}`, join(copy, 'journal')]));
    writeFileSync(join(copy, 'key.pem'), pem, { mode: 0o600 });
    const opened = await run(NODE, [MAIN, 'log', 'show', call, '--journal', join(copy, 'journal'), '--key', join(copy, 'key.pem'), '--body']);
    rmSync(copy, { recursive: true });
    expect(opened).toMatchObject({ code: 0, out: expect.stringMatching(/the digest holds/) });
    expect(opened.out).toContain(TOOL_BODY);
    await apply(policy([], 'read-only'));
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'sealed', '--wait=false']);
  });

  test('a changed policy is obeyed by a running sidecar within two seconds', async () => {
    await mustKubectl(['create', '-f', '-'], agentPod('looping', ['sh', '/scripts/loop.sh', `https://${TOOL_HOST}/v1/items`]));
    await eventually('the first allowed call', 120, async () => ((await loopLines()).some(([, status]) => status === '200') ? true : undefined));
    await apply(policy([]));
    const applied = Date.now();
    const denied = await eventually('the first denied call', 30, async () => (await loopLines()).find(([, status]) => status === '403'));
    expect(denied[0] - applied).toBeLessThan(2000);
    await apply(policy([], 'read-only'));
    const restored = Date.now();
    const allowed = await eventually('the first allowed call after that', 30, async () => (await loopLines()).find(([at, status]) => at > denied[0] && status === '200'));
    expect(allowed[0] - restored).toBeLessThan(2000);
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'looping', '--wait=false']);
  });

  test('a Job with the sidecar completes', async () => {
    const template = { metadata: { labels: { app: 'triage' } }, spec: agentSpec(['curl', '-sSf', `https://${TOOL_HOST}/v1/items`]) };
    await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'triage', namespace: AGENTS }, spec: { backoffLimit: 0, template } });
    await mustKubectl(['-n', AGENTS, 'wait', '--for=condition=Complete', 'job/triage', '--timeout=120s']);
  });

  test('the sidecar holds no credentials of the cluster: the one token it has is nothing to the API server', async () => {
    await mustKubectl(['create', '-f', '-'], agentPod('credentials', ['sleep', '300']));
    await mustKubectl(['-n', AGENTS, 'wait', '--for=condition=Ready', 'pod/credentials', '--timeout=120s']);
    const files = (await inProxy('credentials', 'find /var/run/secrets /run/secrets -type f -o -type l 2>/dev/null | sort -u')).trim().split('\n').filter((name) => !name.includes('/..'));
    expect([...new Set(files.map((name) => name.replace(/^\/var/, '')))]).toEqual(['/run/secrets/sallyport/token']);
    const status = await inProxy('credentials', 'curl -sk -o /dev/null -w "%{http_code}" -H "Authorization: Bearer $(cat /var/run/secrets/sallyport/token)" https://$KUBERNETES_SERVICE_HOST/api/v1/namespaces');
    expect(status).toBe('401');
    await kubectl(['-n', AGENTS, 'delete', 'pod', 'credentials', '--wait=false']);
  });

  test('the canary stops a pod whose capture was sabotaged', async () => {
    const made = JSON.parse(await mustKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], agentPod('sabotaged', ['echo', 'the agent ran']))) as { metadata: object; spec: { initContainers: { name: string; command?: string[]; args?: string[] }[] } };
    const capture = made.spec.initContainers.find((container) => container.name === 'sallyport-capture');
    Object.assign(capture ?? {}, { command: ['true'], args: [] });
    made.metadata = { name: 'sabotaged', namespace: ELSEWHERE, labels: { app: 'triage' } };
    await mustKubectl(['create', '-f', '-'], made);
    const state = await eventually('the end of the canary', 120, async () => {
      const status = JSON.parse((await kubectl(['-n', ELSEWHERE, 'get', 'pod', 'sabotaged', '-o', 'jsonpath={.status}'])).out || '{}') as { initContainerStatuses?: { name: string; state: { terminated?: { exitCode: number } } }[]; containerStatuses?: { started?: boolean }[] };
      const canary = status.initContainerStatuses?.find((one) => one.name === 'sallyport-canary')?.state.terminated;
      return canary ? { exitCode: canary.exitCode, started: status.containerStatuses?.some((one) => one.started) } : undefined;
    });
    expect(state.exitCode).not.toBe(0);
    expect(state.started).toBe(false);
    expect((await kubectl(['-n', ELSEWHERE, 'logs', 'sabotaged', '-c', 'sallyport-canary'])).out).toContain('around the proxy');
  });
});
