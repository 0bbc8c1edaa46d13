import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeptServingCertificate } from '../../src/adapters/certificates/kept.ts';
import { type CaBundle, keepCaBundle } from '../../src/adapters/kube/ca-bundle.ts';
import { connectKube, type KubeClient } from '../../src/adapters/kube/client.ts';
import { watchExemptions } from '../../src/adapters/kube/exemptions.ts';
import { watchNamespaces } from '../../src/adapters/kube/namespaces.ts';
import { watchObjects } from '../../src/adapters/kube/objects.ts';
import { watchProfiles } from '../../src/adapters/kube/profiles.ts';
import { keepServingCertificate } from '../../src/adapters/kube/serving-certificate.ts';
import { access } from '../../src/apps/cli/install/access.ts';
import { webhookConfigurations } from '../../src/apps/cli/install/configurations.ts';
import { clusterFacts } from '../../src/apps/webhook/cluster-facts.ts';
import type { Facts } from '../../src/apps/webhook/ports.ts';
import { type RunningWebhook, startWebhook } from '../../src/apps/webhook/start.ts';
import type { AdmissionAnswer } from '../../src/core/admission/answer.ts';
import { customResourceDefinitions } from '../../src/core/policy/crd.ts';
import { SYSTEM_NAMESPACE } from '../../src/core/terms/fixed-names.ts';
import { type CutOff, cutOff } from './cut-off.ts';
import { BASE, QUIET } from './injection-base.ts';
import { untilTakenDown } from './installed.ts';
import { apply, type Ended, eventually, kubectl, mustKubectl } from './kubectl.ts';

// The webhook runs in this process with the rights that are installed for it, and no others. Its way to the API server can be cut, and
// the clock by which it judges what is stale can be put forward.

const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
/** Where the control plane was started beside its kubeconfig, its process can be stopped for a moment. */
const PID_FILE = join(dirname(KUBECONFIG), 'pid/kube-apiserver');
const AUDIT_LOG = join(dirname(KUBECONFIG), 'log/audit.jsonl');

const AGENTS = 'facts-test-agents';
const ELSEWHERE = 'facts-test-elsewhere';
const OWN_LABEL = { 'test.example/facts': 'here' };
const SECRET = 'facts-test-tls';
const [VALIDATING, MUTATING] = ['facts-test.sandbox.example', 'facts-test.inject.example'];
const CONTROLLER = ['--as=system:serviceaccount:kube-system:replicaset-controller', '--as-group=system:serviceaccounts', '--as-group=system:serviceaccounts:kube-system', '--as-group=system:authenticated'];
const anHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

let admin: KubeClient;
let client: KubeClient;
let way: CutOff;
let folder: string;
let facts: Facts;
let certificate: KeptServingCertificate;
let webhook: RunningWebhook;
/** Milliseconds by which the clock for what is watched is ahead. */
let ahead = 0;
let answers: AdmissionAnswer[] = [];
const bundles: CaBundle[] = [];
const running: (() => Promise<void>)[] = [];

const signal = (): AbortSignal => AbortSignal.timeout(4_000);
const create = (object: object, ...flags: string[]): Promise<Ended> => kubectl(['create', '-f', '-', ...flags], object);

function pod(name: string, { labels = {}, metadata = {}, readOnly = true }: { labels?: Record<string, string>; metadata?: object; readOnly?: boolean } = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: AGENTS, labels: { app: 'triage', ...labels }, ...metadata },
    spec: podSpec(readOnly),
  };
}

/** A sandbox with one fault at most. */
function podSpec(readOnly: boolean): object {
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 600,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{
      name: 'agent',
      image: `agent.example.com/agent@sha256:${'a'.repeat(64)}`,
      resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: readOnly, capabilities: { drop: ['ALL'] } },
    }],
  };
}

function networkPolicy(name: string, podSelector: object = {}, namespace = AGENTS): object {
  const ports = [{ port: 53, protocol: 'UDP' }, { port: 53 }, { port: 80 }, { port: 443 }, { port: 8443 }];
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec: { podSelector, policyTypes: ['Ingress', 'Egress'], egress: [{ ports }] } };
}

function exemption(name: string, subject: object, spec: object = {}, namespace = SYSTEM_NAMESPACE): object {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name, namespace, labels: OWN_LABEL },
    spec: { subject: { namespace: AGENTS, ...subject }, checks: ['read-only-root'], reason: 'its image writes below /opt', requestedBy: 'ada@example.com', expires: anHour(), ...spec },
  };
}

/** The installed configurations, under other names, called on this machine, and for the namespaces of this file alone. */
function configurations(port: number): object[] {
  const own = (object: object): object => {
    const { kind, webhooks } = object as { kind: string; webhooks: { clientConfig: { service: { path: string } }; namespaceSelector?: object; objectSelector?: object }[] };
    return {
      ...object,
      metadata: { name: kind === 'ValidatingWebhookConfiguration' ? VALIDATING : MUTATING },
      webhooks: webhooks.map(({ clientConfig, namespaceSelector, objectSelector, ...rest }) => ({
        ...rest,
        clientConfig: { url: `https://localhost:${port}${clientConfig.service.path}` },
        ...(namespaceSelector === undefined ? { objectSelector: { matchLabels: OWN_LABEL } } : { namespaceSelector: { ...namespaceSelector, matchLabels: OWN_LABEL }, ...(objectSelector && { objectSelector }) }),
      })),
    };
  };
  return webhookConfigurations().map(own);
}

/** A kubeconfig of the webhook's own ServiceAccount, by a way that can be cut. */
async function leastRights(): Promise<string> {
  const token = (await mustKubectl(['-n', SYSTEM_NAMESPACE, 'create', 'token', 'sallyport-webhook'])).trim();
  const config = JSON.parse(await mustKubectl(['--kubeconfig', way.kubeconfig, 'config', 'view', '--raw', '-o', 'json'])) as { users: object[]; contexts: { context: { user: string } }[] };
  const file = join(folder, 'webhook');
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: config.contexts[0]?.context.user, user: { token } }] }));
  return file;
}

beforeAll(async () => {
  admin = connectKube({ kubeconfig: KUBECONFIG });
  folder = mkdtempSync(join(tmpdir(), 'facts-test-'));
  await untilTakenDown();
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { ...OWN_LABEL, 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE, labels: OWN_LABEL } },
    ...customResourceDefinitions(),
    ...access({}),
  );
  for (const namespace of [AGENTS, ELSEWHERE]) await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'editors', namespace: AGENTS } };
  await apply(
    { ...rbac, kind: 'Role', rules: [{ apiGroups: ['', 'apps', 'batch'], resources: ['*'], verbs: ['*'] }, { apiGroups: ['sallyport.dev'], resources: ['agentpolicies'], verbs: ['*'] }] },
    { ...rbac, kind: 'RoleBinding', roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'editors' }, subjects: ['ada', 'bob'].map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })) },
  );
  await mustKubectl(['wait', '--for=condition=Established', 'crd/exemptions.sallyport.dev', 'crd/agentpolicies.sallyport.dev', 'crd/sandboxprofiles.sallyport.dev', '--timeout=20s']);
  // Written before there was a webhook to review them.
  await apply(
    exemption('smuggled-elsewhere', { pod: 'smuggled' }, {}, AGENTS),
    exemption('smuggled-for-long', { pod: 'smuggled' }, { expires: new Date(Date.now() + 60 * 86_400_000).toISOString() }),
    exemption('smuggled-wildcard', { pod: '*' }),
    exemption('smuggled-proof', { pod: 'unproven', namespace: AGENTS }, { checks: ['read-only-root'], more: ['sidecar-intact'] }),
  );
  way = await cutOff(KUBECONFIG);
  client = connectKube({ kubeconfig: await leastRights() });
  const watch = { client, now: () => Date.now() + ahead, random: Math.random };
  const sources = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
  running.push(...Object.values(sources).map((source) => () => source.stop()));
  certificate = await keepServingCertificate({ client: admin, namespace: ELSEWHERE, secret: SECRET, dnsNames: ['localhost'], now: Date.now });
  const trust = { current: () => ({ trust: { ca: certificate.current().ca, keys: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] } }) };
  facts = clusterFacts({ ...sources, trust, client, now: Date.now }, BASE);
  const loopback = { host: '127.0.0.1', port: 0 };
  const events = { decided: (_gate: string, _request: object, answer: AdmissionAnswer): void => void answers.push(answer) };
  webhook = await startWebhook({ listen: loopback, health: loopback }, { facts, certificate, events, log: QUIET });
  await apply(...configurations(webhook.address.port));
  for (const [kind, name] of [['ValidatingWebhookConfiguration', VALIDATING], ['MutatingWebhookConfiguration', MUTATING]] as const) {
    bundles.push(keepCaBundle({ client: admin, kind, name, ca: () => certificate.current().ca, now: Date.now, random: Math.random }));
  }
  await eventually('everything that is watched', 20, async () => (facts.missing().length === 0 ? true : undefined));
  await eventually('the webhook', 20, async () => ((await create(pod('first'), '--dry-run=server')).err.includes('no NetworkPolicy selects') ? true : undefined));
});

afterEach(() => {
  [ahead, answers] = [0, []];
});

afterAll(async () => {
  await kubectl(['delete', 'validatingwebhookconfiguration', VALIDATING, '--ignore-not-found']);
  await kubectl(['delete', 'mutatingwebhookconfiguration', MUTATING, '--ignore-not-found']);
  await Promise.all(bundles.map((bundle) => bundle.stop()));
  await webhook?.close();
  await certificate?.stop();
  for (const stop of running) await stop();
  await client?.close();
  await way?.close();
  await kubectl(['-n', SYSTEM_NAMESPACE, 'delete', 'exemptions', '-l', 'test.example/facts', '--ignore-not-found']);
  await kubectl(['delete', 'runtimeclass', 'facts-test', '--ignore-not-found']);
  await kubectl(['delete', 'namespace', AGENTS, ELSEWHERE, '--ignore-not-found', '--wait=false']);
  await admin?.close();
  rmSync(folder, { recursive: true, force: true });
});

const policiesOf = (namespace = AGENTS): string => {
  const fact = facts.objects.networkPolicies(namespace);
  return fact.known ? fact.value.map(({ name }) => name).join() : fact.sentence;
};

const faulty = (name: string, more: Parameters<typeof pod>[1] = {}): object => pod(name, { readOnly: false, ...more });
const watched = (name: string): Promise<true> => eventually(`exemption ${name}`, 10, async () => {
  const fact = facts.exemptions();
  return fact.known && fact.value.some(({ metadata }) => metadata.name === name) ? true : undefined;
});
const grant = async (name: string, subject: object, spec: object = {}): Promise<void> => {
  await apply(exemption(name, subject, spec));
  await watched(name);
};
const REFUSED = '[read-only-root] spec.containers[0].securityContext.readOnlyRootFilesystem';

const owner = (kind: string, name: string, uid: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }] });
const template = (image: string) => ({ metadata: { labels: { app: 'triage' } }, spec: { containers: [{ name: 'agent', image }] } });
const workload = (kind: string, name: string, image: string, metadata: object = {}): object => ({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: AGENTS, ...metadata }, spec: { replicas: 0, selector: { matchLabels: { app: 'triage' } }, template: template(image) } });
const make = async (object: object): Promise<string> => (JSON.parse(await mustKubectl(['create', '-f', '-', '-o', 'json'], object)) as { metadata: { uid: string } }).metadata.uid;

describe('the objects beside a pod', () => {
  test('are seen where they were made a moment before the pod', async () => {
    for (let round = 0; round < 15; round += 1) {
      const labels = { round: String(round) };
      await create(networkPolicy(`round-${round}`, { matchLabels: labels }));
      expect(await create(pod(`round-${round}`, { labels }), '--dry-run=server')).toMatchObject({ code: 0 });
      await mustKubectl(['-n', AGENTS, 'delete', 'networkpolicy', `round-${round}`]);
    }
  });

  test('are missed soon after they are gone', async () => {
    await create(networkPolicy('short'));
    expect(await create(pod('a'), '--dry-run=server')).toMatchObject({ code: 0 });
    await mustKubectl(['-n', AGENTS, 'delete', 'networkpolicy', 'short']);
    const refused = await eventually('a refusal', 5, async () => {
      const ended = await create(pod('a'), '--dry-run=server');
      return ended.code === 0 ? undefined : ended;
    });
    expect(refused.err).toContain('[network-policy] metadata.labels: no NetworkPolicy selects the pod');
  });

  test('are runtime classes too', async () => {
    expect(facts.objects.runtimeHandler('facts-test')).toEqual({ known: true, value: undefined });
    await apply({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'facts-test' }, handler: 'runsc' });
    expect((await facts.objectsNow(AGENTS, 'facts-test', signal())).runtimeHandler('facts-test')).toEqual({ known: true, value: 'runsc' });
    await eventually('the runtime class', 5, async () => (facts.objects.runtimeHandler('facts-test').known ? true : undefined));
  });

  test('are the labels by which policies select agents', async () => {
    await apply({ apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'a', namespace: AGENTS }, spec: { agents: { matchLabels: { tier: 'x' } }, tools: [] } });
    await eventually('the label', 5, async () => {
      const fact = facts.objects.selectingLabels(AGENTS);
      return fact.known && fact.value.has('tier') ? true : undefined;
    });
  });
});

describe('with a network policy for all agents', () => {
  beforeAll(async () => {
    await apply(networkPolicy('agents'));
    await eventually('the network policy', 5, async () => (policiesOf() === 'agents' ? true : undefined));
  });

  describe('where the API server is not heard of', () => {
    afterEach(async () => {
      way.mend();
      ahead = 0;
      await eventually('everything that is watched', 40, async () => {
        await apply({ ...networkPolicy('agents') as { metadata: object }, metadata: { name: 'agents', namespace: AGENTS, annotations: { touched: String(Date.now()) } } });
        return facts.exemptions().known && policiesOf() === 'agents' ? true : undefined;
      });
    });

    test('what was watched counts for ten seconds after the connection is lost, and not after; what changed meanwhile is seen once it is back', async () => {
      way.cut();
      await sleep(300);
      expect(policiesOf()).toBe('agents');
      await apply(networkPolicy('meanwhile'));
      ahead = 11_000;
      expect(policiesOf()).toMatch(/^The network policies may have changed: nothing was heard of them for 1\d s; see that the webhook reaches the API server/);
      expect(facts.exemptions()).toMatchObject({ known: false, sentence: expect.stringContaining('The exemptions may have changed') });
      expect(await facts.livePod(AGENTS, 'a', signal())).toMatchObject({ known: false, sentence: expect.stringContaining('because the API server did not tell') });
      // The API server still reaches the webhook, as it does where one of several is away.
      const refused = await create(pod('unknown'), '--dry-run=server');
      expect(refused.err).toContain('denied the request');
      expect(refused.err).toMatch(/not known|may have changed/);
      way.mend();
      await eventually('what changed meanwhile', 40, async () => (policiesOf() === 'agents,meanwhile' || policiesOf() === 'meanwhile,agents' ? true : undefined));
      await mustKubectl(['-n', AGENTS, 'delete', 'networkpolicy', 'meanwhile']);
    });

    test.skipIf(!existsSync(PID_FILE))('an API server that stands still without closing a connection is noticed within eighty seconds, and forgiven once it goes on', async () => {
      const pid = Number(readFileSync(PID_FILE, 'utf8'));
      process.kill(pid, 'SIGSTOP');
      try {
        expect(policiesOf()).toBe('agents');
        ahead = 81_000;
        expect(policiesOf()).toMatch(/^The network policies may have changed: nothing was heard of them for \d+ s/);
        const asked = await facts.objectsNow(AGENTS, undefined, signal());
        expect(asked.networkPolicies(AGENTS)).toMatchObject({ known: false, sentence: expect.stringContaining('no answer in time') });
        expect(await facts.livePod(AGENTS, 'a', signal())).toMatchObject({ known: false, sentence: expect.stringContaining('no answer in time') });
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await eventually('the API server', 30, async () => ((await kubectl(['get', '--raw', '/readyz'])).code === 0 ? true : undefined));
      await apply(networkPolicy('after'));
      await eventually('what it says then', 30, async () => (policiesOf().includes('after') ? true : undefined));
      await mustKubectl(['-n', AGENTS, 'delete', 'networkpolicy', 'after']);
    });
  });

  test('what is watched stays known through minutes in which nothing happens', async () => {
    const gaps = new Set<string>();
    for (const end = Date.now() + 130_000; Date.now() < end; await sleep(50)) {
      for (const fact of [facts.objects.networkPolicies(AGENTS), facts.objects.runtimeHandler('a'), facts.objects.selectingLabels(AGENTS), facts.exemptions()]) {
        if (!fact.known) gaps.add(fact.sentence);
      }
    }
    expect([...gaps]).toEqual([]);
  });

  test('live pods are read at the moment that they matter, and so are those of a namespace', async () => {
    await create(pod('live'));
    const found = await facts.livePod(AGENTS, 'live', signal());
    expect(found.known && found.value?.spec.initContainers?.map(({ name }) => name)).toEqual(['sallyport-capture', 'sallyport-proxy', 'sallyport-canary']);
    expect(await facts.livePod(AGENTS, 'absent', signal())).toEqual({ known: true, value: undefined });
    const pages: number[] = [];
    for await (const page of facts.podsOf(AGENTS, signal())) pages.push(page.known ? page.value.length : -1);
    expect(pages).toEqual([1]);
    await mustKubectl(['-n', AGENTS, 'delete', 'pod', 'live', '--grace-period=0', '--force']);
  });

  describe('an exemption', () => {
    test('lets the named fault of the named pod pass, and is told in the audit log, the metrics and the answer', async () => {
      expect((await create(faulty('exempt'), '--dry-run=server')).err).toContain(REFUSED);
      await grant('one-pod', { pod: 'exempt' });
      answers = [];
      expect(await create(faulty('exempt'))).toMatchObject({ code: 0 });
      expect(answers.flatMap(({ exempted = [] }) => exempted.map(({ exemption: name, fault }) => `${name}: ${fault.check}`))).toEqual(['one-pod: read-only-root']);
      expect((await create(faulty('exempt-2'), '--dry-run=server')).err).toContain(REFUSED);
      const metrics = await (await fetch(`http://127.0.0.1:${webhook.healthPort}/metrics`)).text();
      expect(metrics).toMatch(/sallyport_admission_exempted_faults_total\{check="read-only-root",decision="allow",mode="enforce",operation="CREATE",resource="pods"\} [1-9]/);
      if (!existsSync(AUDIT_LOG)) return;
      await eventually('the audit log', 10, async () => (readFileSync(AUDIT_LOG, 'utf8').includes('one-pod from read-only-root: ') ? true : undefined));
    });

    test('from one check leaves every other fault as it is', async () => {
      await grant('one-check', { pod: 'two-faults' });
      const spec = podSpec(false) as { securityContext: object };
      const ended = await create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'two-faults', namespace: AGENTS, labels: { app: 'triage' } }, spec: { ...spec, securityContext: { ...spec.securityContext, runAsUser: 0 } } }, '--dry-run=server');
      expect(ended.err).toContain('[run-as-user]');
      expect(ended.err).not.toContain('[read-only-root]');
    });

    test('ends when it says that it ends', async () => {
      await grant('short', { pod: 'short' }, { expires: new Date(Date.now() + 5_000).toISOString() });
      expect(await create(faulty('short'), '--dry-run=server')).toMatchObject({ code: 0 });
      await sleep(5_500);
      expect((await create(faulty('short'), '--dry-run=server')).err).toContain(REFUSED);
    });

    test('is for the user whom it names', async () => {
      await grant('ada-alone', { pod: 'hers', user: 'ada' });
      expect((await create(faulty('hers'), '--dry-run=server', '--as=bob')).err).toContain(REFUSED);
      expect(await create(faulty('hers'), '--dry-run=server', '--as=ada')).toMatchObject({ code: 0 });
    });

    test.each([
      ['from another namespace', 'smuggled', 'smuggled-elsewhere'],
      ['for sixty days', 'smuggled', 'smuggled-for-long'],
      ['with a wildcard', 'anything', 'smuggled-wildcard'],
      ['with what nobody can read', 'unproven', 'smuggled-proof'],
    ])('%s has no effect, though it was written before anybody reviewed it', async (_, name) => {
      expect((await create(faulty(name), '--dry-run=server')).err).toContain(REFUSED);
    });

    test.each<[string, object, RegExp]>([
      ['in another namespace', exemption('x', { pod: 'a' }, {}, ELSEWHERE), /metadata.namespace: is "facts-test-elsewhere".*sallyport-system/],
      ['for every pod', exemption('x', { pod: '*' }), /spec.subject.pod: is "\*"/],
      ['for every pod of a namespace', exemption('x', {}), /"?spec.subject"?(: names neither a pod nor a workload| must validate one and only one schema)/],
      ['for every namespace', exemption('x', { namespace: '*', pod: 'a' }), /spec.subject.namespace: is "\*"/],
      ['from every check', exemption('x', { pod: 'a' }, { checks: ['*'] }), /spec.checks\[0\]: (there is no check "\*"|Unsupported value: "\*")/],
      ['from sidecar-intact', exemption('x', { pod: 'a' }, { checks: ['sidecar-intact'] }), /spec.checks\[0\]: (check sidecar-intact cannot|Unsupported value: "sidecar-intact")/],
      ['for sixty days', exemption('x', { pod: 'a' }, { expires: new Date(Date.now() + 60 * 86_400_000).toISOString() }), /more than 30 days/],
      ['for the past', exemption('x', { pod: 'a' }, { expires: '2020-01-01T00:00:00Z' }), /2020-01-01T00:00:00Z is over/],
      ['for anybody to exec', exemption('x', { pod: 'a' }, { checks: ['exec'] }), /spec.subject: names no user/],
    ])('%s is refused when it is applied', async (_, object, words) => {
      const ended = await create(object);
      expect(ended.code).not.toBe(0);
      expect(ended.err).toMatch(words);
    });

    test('is not made to last longer than thirty days by an update', async () => {
      await grant('longer', { pod: 'longer' });
      const ended = await kubectl(['-n', SYSTEM_NAMESPACE, 'patch', 'exemption', 'longer', '--type=merge', '-p', JSON.stringify({ spec: { expires: new Date(Date.now() + 31 * 86_400_000).toISOString() } })]);
      expect(ended.err).toContain('more than 30 days after the exemption was created');
    });

    test('is written by nobody who may edit the namespace of the agents', async () => {
      for (const namespace of [SYSTEM_NAMESPACE, AGENTS]) {
        expect((await create(exemption('mine', { pod: 'mine' }, {}, namespace), '--as=bob')).err).toContain('cannot create resource "exemptions"');
      }
    });

    test('shows in a list what it is for', async () => {
      await grant('listed', { workload: { kind: 'Deployment', name: 'triage' } });
      const shown = await mustKubectl(['-n', SYSTEM_NAMESPACE, 'get', 'exm', 'listed']);
      expect(shown).toMatch(/NAME\s+FOR\s+POD\s+WORKLOAD\s+USER\s+EXPIRES\s+AGE/);
      expect(shown).toMatch(/listed\s+facts-test-agents\s+triage\s+20\d\d-/);
    });

    describe('of a workload', () => {
      let replicaSet: string;
      let impostor: string;

      beforeAll(async () => {
        const deployment = await make(workload('Deployment', 'owned', 'agent.example.com/agent:1'));
        replicaSet = await make(workload('ReplicaSet', 'owned-1', 'agent.example.com/agent:1', owner('Deployment', 'owned', deployment)));
        impostor = await make(workload('ReplicaSet', 'owned-2', 'agent.example.com/other:1', owner('Deployment', 'owned', deployment)));
        await grant('owned', { workload: { kind: 'Deployment', name: 'owned' } });
      });

      test('covers pods that Kubernetes itself makes of it', async () => {
        const ended = await create(faulty('owned-a', { metadata: owner('ReplicaSet', 'owned-1', replicaSet) }), '--dry-run=server', ...CONTROLLER);
        expect(ended).toMatchObject({ code: 0 });
      });

      test.each<[string, () => object, string[]]>([
        ['whoever writes the very owner reference into a pod of their own', () => owner('ReplicaSet', 'owned-1', replicaSet), ['--as=bob']],
        ['a pod of nobody', () => ({}), CONTROLLER],
        ['an owner of that name with another uid', () => owner('ReplicaSet', 'owned-1', '11111111-1111-1111-1111-111111111111'), CONTROLLER],
        ['a ReplicaSet that only calls itself the Deployment\'s', () => owner('ReplicaSet', 'owned-2', impostor), CONTROLLER],
        ['an owner that is no controller', () => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'owned-1', uid: replicaSet }] }), CONTROLLER],
      ])('does not cover %s', async (_, metadata, who) => {
        const ended = await create(faulty('owned-b', { metadata: metadata() }), '--dry-run=server', ...who);
        expect(ended.err).toContain(REFUSED);
      });
    });
  });
});
