import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, type Ended, eventually, kubectl, mustKubectl } from './kubectl.ts';
import { networkPolicy } from './network-policy.ts';
import { type WebhookHere, webhookHere } from './webhook-here.ts';

// Gate one against a real API server, called by it for whatever it reviews. No node is needed: pods are bound by hand, and a refusal comes before a connection.

const NAME = 'admission-test';
const [AGENTS, HELD, OPEN, LATE] = [`${NAME}-agents`, `${NAME}-held`, `${NAME}-open`, `${NAME}-late`];
const OWN = { 'test.example/webhook': NAME };
const NODE = `${NAME}-node`;
let here: WebhookHere;

const IMAGE = `agent.example.com/agent@sha256:${'0'.repeat(64)}`;

/** What every check lets pass. */
const SPEC = {
  restartPolicy: 'Never',
  activeDeadlineSeconds: 600,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{
    name: 'agent',
    image: IMAGE,
    resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  }],
};

const BARE = { containers: [{ name: 'agent', image: IMAGE }] };

function pod(name: string, namespace: string, spec: object = SPEC, labels: Record<string, string> = { app: 'triage' }): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec };
}

function namespace(name: string, labels: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...OWN, ...labels } } };
}

function profile(name: string, spec: object): object {
  return { apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', metadata: { name }, spec: { runtimeClassNames: { required: false }, ...spec } };
}

function exemption(name: string, spec: object): object {
  return { apiVersion: 'sallyport.dev/v1alpha1', kind: 'Exemption', metadata: { name, namespace: 'sallyport-system' }, spec: { reason: 'a test', requestedBy: 'the test', expires: new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, ''), ...spec } };
}

const create = (object: object, ...flags: string[]): Promise<Ended> => kubectl(['create', '-f', '-', ...flags], object);
const JO = ['--as', 'jo', '--as-group', 'system:authenticated', '--as-group', 'developers'];

const binding = (name: string, place: string, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace: place, ...metadata }, target: { apiVersion: 'v1', kind: 'Node', name: NODE } });
const bind = (name: string, place: string, metadata?: object): Promise<Ended> => kubectl(['create', '--raw', `/api/v1/namespaces/${place}/pods/${name}/binding`, '-f', '-'], binding(name, place, metadata));
const bindOldWay = (name: string, place: string): Promise<Ended> => kubectl(['create', '--raw', `/api/v1/namespaces/${place}/bindings`, '-f', '-'], binding(name, place));
const exec = (place: string, ...flags: string[]): Promise<Ended> => kubectl(['-n', place, 'exec', 'worker', ...flags, '--', 'true']);
const asJo = (...args: string[]): Promise<Ended> => kubectl([...args, ...JO]);
const template = (spec: object): object => ({ metadata: { labels: { app: 'triage' } }, spec });
const pool = (spec: object): object => ({ apiVersion: 'extensions.agents.x-k8s.io/v1alpha1', kind: 'SandboxWarmPool', metadata: { name: 'x', namespace: OPEN }, spec: { replicas: 2, sandboxTemplateRef: { name: 'x' }, ...spec } });
const patchStatus = (changes: object, ...flags: string[]): Promise<Ended> => kubectl(['-n', AGENTS, 'patch', 'pod', 'sized', '--subresource=status', '-p', JSON.stringify(changes), ...flags]);
const REFUSED = 'denied the request: Sallyport refused';
const GUARDED = 'denied the request: Sallyport refused Namespace';

/** Everybody may do everything here: what is refused is refused by gate one. */
const RIGHTS = ['developers', 'system:nodes'].map((group) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: `${NAME}-${group.replace(':', '-')}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
}));

function definition(group: string, kind: string, plural: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() }, versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
  };
}

const DEFINITIONS = [
  definition('agents.x-k8s.io', 'Sandbox', 'sandboxes'),
  definition('extensions.agents.x-k8s.io', 'SandboxTemplate', 'sandboxtemplates'),
  definition('extensions.agents.x-k8s.io', 'SandboxWarmPool', 'sandboxwarmpools'),
  definition('batch.example.com', 'Crew', 'crews'),
];

beforeAll(async () => {
  here = await webhookHere(NAME);
  await apply(
    ...RIGHTS,
    // The published ones carry an annotation without which the API server takes no CRD of a group of Kubernetes' own.
    ...DEFINITIONS.map((one) => ({ ...one, metadata: { ...(one as { metadata: object }).metadata, annotations: { 'api-approved.kubernetes.io': 'unapproved, test only' } } })),
    profile(`${NAME}-held`, { exec: 'hold' }),
    profile(`${NAME}-open`, { exec: 'allow', templates: [{ group: 'batch.example.com', version: 'v1alpha1', kind: 'Crew', resource: 'crews', path: 'spec.roles[*].template' }] }),
    namespace(AGENTS, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' }),
    namespace(HELD, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': `${NAME}-held` }),
    namespace(OPEN, { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': `${NAME}-open` }),
    namespace(LATE, {}),
  );
  for (const name of [AGENTS, HELD, OPEN, LATE]) {
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }, networkPolicy(name));
  }
  await eventually('the webhook in force', 20, async () => ((await create(pod('probe', AGENTS, BARE), '--dry-run=server')).err.includes('sandbox.sallyport.dev') ? true : undefined));
  for (const name of [AGENTS, HELD, OPEN]) await eventually(`a pod in ${name}`, 20, async () => ((await create(pod('worker', name))).code === 0 ? true : undefined));
}, 60_000);

afterAll(async () => {
  await here?.stop();
  await kubectl(['delete', 'namespace', AGENTS, HELD, OPEN, LATE, '--ignore-not-found', '--wait=false']);
  await kubectl(['delete', 'clusterrolebinding', ...RIGHTS.map(({ metadata }) => metadata.name), '--ignore-not-found']);
  await kubectl(['delete', 'sandboxprofile', `${NAME}-held`, `${NAME}-open`, '--ignore-not-found']);
  await kubectl(['-n', 'sallyport-system', 'delete', 'exemption', '--all']);
  await kubectl(['delete', 'crd', ...DEFINITIONS.map((one) => (one as { metadata: { name: string } }).metadata.name), '--ignore-not-found']);
});

describe('bindings', () => {
  test('A33: a pod that waited while its namespace took no agents is not sent to a node, by neither way', async () => {
    expect(await create(pod('early', LATE, BARE))).toMatchObject({ code: 0 });
    await mustKubectl(['label', 'namespace', LATE, 'sallyport.dev/agents=enforce', 'sallyport.dev/profile=contained']);
    for (const way of [bind, bindOldWay]) {
      const ended = await eventually('a refusal', 20, async () => {
        const tried = await way('early', LATE);
        return tried.code === 0 ? Promise.reject(new Error('bound')) : tried.err.includes('denied the request') ? tried : undefined;
      });
      expect(ended.err).toContain('admission webhook "bindings.sandbox.sallyport.dev" denied the request: Sallyport refused the binding of Pod early');
      expect(ended.err).toContain('the pod does not carry the sidecar');
    }
  });

  test('A6: a binding brings no label by which an agent is known, nor a receipt', async () => {
    expect((await bind('worker', AGENTS, { labels: { 'sallyport.dev/agent': 'other' } })).err).toContain('metadata.labels["sallyport.dev/agent"]');
    expect((await bind('worker', AGENTS, { annotations: { 'sallyport.dev/receipt': '{}' } })).err).toContain('stays as it was when the pod was created');
  });

  test('a proven pod is sent to a node, by both ways', async () => {
    await mustKubectl(['create', '-f', '-'], pod('other-way', AGENTS));
    expect(await bind('worker', AGENTS)).toMatchObject({ code: 0 });
    expect(await bindOldWay('other-way', AGENTS)).toMatchObject({ code: 0 });
    for (const name of [HELD, OPEN]) expect(await bind('worker', name)).toMatchObject({ code: 0 });
  });
});

describe('A24: connections to a running agent', () => {
  test('exec and attach are refused where the profile says so', async () => {
    expect((await exec(AGENTS)).err).toContain(`admission webhook "connections.sandbox.sallyport.dev" ${REFUSED} exec into Pod worker in namespace ${AGENTS}`);
    expect((await kubectl(['-n', AGENTS, 'attach', 'worker', '-c', 'agent'])).err).toContain(`${REFUSED} attach to Pod worker`);
  });

  test('exec passes where the profile allows it, and is refused into the sidecar all the same', async () => {
    const allowed = await exec(OPEN);
    expect(allowed.code).not.toBe(0);
    // There is no node to go to.
    expect(allowed.err).not.toContain('admission webhook');
    for (const container of ['sallyport-proxy', 'sallyport-capture', 'sallyport-canary']) {
      expect((await exec(OPEN, '-c', container)).err).toContain(`${container} is the sidecar's, and nobody enters it`);
    }
  });

  test('exec is held for whom an Exemption names, in the pod that it names', async () => {
    expect((await exec(HELD)).err).toContain('no Exemption in force names you and this pod');
    await apply(exemption('jo-may', { subject: { namespace: HELD, pod: 'worker', user: 'jo' }, checks: ['exec'] }));
    await eventually('an exec by jo', 20, async () => ((await exec(HELD, ...JO)).err.includes('admission webhook') ? undefined : true));
    expect((await exec(HELD)).err).toContain('no Exemption in force names you and this pod');
    expect((await exec(HELD, ...JO, '-c', 'sallyport-proxy')).err).toContain('nobody enters it');
  });

  test('no port is forwarded or proxied, whatever the profile says', async () => {
    // kubectl itself waits for a running pod before it forwards a port.
    const forwarded = await kubectl(['create', '--raw', `/api/v1/namespaces/${OPEN}/pods/worker/portforward?ports=15020`, '-f', '-'], '{}');
    expect(forwarded.err).toContain(`${REFUSED} port-forward to Pod worker`);
    const proxied = await kubectl(['get', '--raw', `/api/v1/namespaces/${OPEN}/pods/worker:15020/proxy/metrics`]);
    expect(proxied.err).toContain(`${REFUSED} proxy to Pod worker`);
    await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'workers', namespace: OPEN }, spec: { selector: { app: 'triage' }, ports: [{ port: 80, targetPort: 15_020 }] } });
    const through = await kubectl(['get', '--raw', `/api/v1/namespaces/${OPEN}/services/workers:80/proxy/metrics`]);
    expect(through.err).toContain(`${REFUSED} proxy to Service workers`);
  });
});

describe('a running agent', () => {
  test('A1: takes an ephemeral container only from whom an Exemption names', async () => {
    const debug = (...flags: string[]): Promise<Ended> => {
      const added = { spec: { ephemeralContainers: [{ name: 'debugger', image: IMAGE, terminationMessagePolicy: 'File', securityContext: SPEC.containers[0]?.securityContext }] } };
      return kubectl(['-n', AGENTS, 'patch', 'pod', 'worker', '--subresource=ephemeralcontainers', '-p', JSON.stringify(added), ...flags]);
    };
    expect((await debug()).err).toContain('would join the running agent');
    await apply(exemption('jo-debugs', { subject: { namespace: AGENTS, pod: 'worker', user: 'jo' }, checks: ['ephemeral-containers', 'resource-limits'] }));
    expect((await debug()).err).toContain('would join the running agent');
    await eventually('an ephemeral container by jo', 20, async () => ((await debug(...JO)).code === 0 ? true : undefined));
    expect(here.reviews.some(({ subresource, user, decision }) => subresource === 'ephemeralcontainers' && user === 'jo' && decision === 'allow')).toBe(true);
  });

  test('A3: keeps the resources of its sidecar', async () => {
    await mustKubectl(['create', '-f', '-'], pod('sized', AGENTS));
    const resize = (container: string, list: string): Promise<Ended> => kubectl(['-n', AGENTS, 'patch', 'pod', 'sized', '--subresource=resize', '-p', JSON.stringify({ spec: { [list]: [{ name: container, resources: { limits: { cpu: '900m', memory: '250Mi' } } }] } })]);
    expect((await resize('sallyport-proxy', 'initContainers')).err).toContain('[sidecar-intact] spec.initContainers[1].resources');
    expect(await resize('agent', 'containers')).toMatchObject({ code: 0 });
  });

  test('A36: is no other agent through its status, which kubelets write without a call', async () => {
    const before = here.reviews.length;
    expect((await patchStatus({ metadata: { labels: { 'sallyport.dev/agent': 'other' } } })).err).toContain('the update makes the pod another agent');
    expect((await patchStatus({ metadata: { annotations: { 'sallyport.dev/receipt': 'x' } } })).err).toContain('stays as it was when the pod was created');
    expect(here.reviews.length).toBe(before + 2);
    expect(await patchStatus({ status: { message: 'seen' } })).toMatchObject({ code: 0 });
    expect(await patchStatus({ metadata: { annotations: { note: 'x' } }, status: { message: 'again' } }, '--as', `system:node:${NODE}`, '--as-group', 'system:nodes')).toMatchObject({ code: 0 });
    expect(here.reviews.slice(before + 2)).toEqual([]);
  });

  test('a label by which a policy selects it stays, and any other may change', async () => {
    await apply({ apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'triage', namespace: AGENTS }, spec: { agents: { matchLabels: { tier: 'low' } }, tools: [] } });
    await eventually('the policy seen', 20, async () => ((await kubectl(['-n', AGENTS, 'label', 'pod', 'sized', 'tier=low', '--dry-run=server'])).err.includes('by which policies select agents') ? true : undefined));
    expect(await kubectl(['-n', AGENTS, 'label', 'pod', 'sized', 'note=x'])).toMatchObject({ code: 0 });
    expect((await kubectl(['-n', AGENTS, 'annotate', 'pod', 'sized', 'sallyport.dev/receipt-'])).err).toContain('stays as it was');
  });
});

describe('A7, A32: the labels of a namespace that takes agents', () => {
  test.each([['sallyport.dev/agents-'], ['sallyport.dev/agents=warn'], ['sallyport.dev/profile-'], ['sallyport.dev/profile=isolated']])('%s is refused to who is no guard', async (change) => {
    const ended = await asJo('label', 'namespace', AGENTS, change, '--overwrite');
    expect(ended.err).toContain(`admission webhook "guard.sallyport.dev" ${GUARDED} ${AGENTS}`);
    expect(ended.err).toContain('ask group "system:masters"');
  });

  test('nor do they change through a subresource', async () => {
    const whole = JSON.parse(await mustKubectl(['get', 'namespace', AGENTS, '-o', 'json'])) as { metadata: { labels: Record<string, string> } };
    const { 'sallyport.dev/agents': _, ...labels } = whole.metadata.labels;
    const unlabelled = { ...whole, metadata: { ...whole.metadata, labels } };
    for (const path of ['', '/status', '/finalize']) {
      expect((await kubectl(['replace', '--raw', `/api/v1/namespaces/${AGENTS}${path}`, '-f', '-', ...JO], unlabelled)).err).toContain(GUARDED);
    }
  });

  test('other labels change, and a guard changes these', async () => {
    const before = here.reviews.length;
    expect(await asJo('label', 'namespace', AGENTS, 'team=a')).toMatchObject({ code: 0 });
    expect(here.reviews.slice(before)).toEqual([]);
    expect(await kubectl(['label', 'namespace', AGENTS, 'sallyport.dev/agents=enforce', '--overwrite', '--dry-run=server'])).toMatchObject({ code: 0 });
  });

  test('whoever makes a namespace enforce is warned of what runs in it, and how it would be refused', async () => {
    const name = `${NAME}-opting-in`;
    await apply(namespace(name, {}));
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    for (const one of ['a', 'b', 'c', 'd']) await mustKubectl(['create', '-f', '-'], pod(one, name, one === 'a' ? { ...SPEC, hostNetwork: true } : SPEC));
    const ended = await asJo('label', 'namespace', name, 'sallyport.dev/agents=enforce', 'sallyport.dev/profile=contained', '--dry-run=server');
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('Warning: 4 of 4 running pods would be refused, and run on until they are replaced');
    expect(ended.err).toContain('Warning: [sidecar-intact] sidecar-missing: a, b, c and 1 more');
    expect(ended.err).toContain('Warning: [host-namespaces] host-network: a');
    await kubectl(['delete', 'namespace', name, '--wait=false']);
  });
});

describe('A29: templates', () => {
  test.each([
    ['agents.x-k8s.io/v1alpha1', 'Sandbox', { podTemplate: template(BARE) }, 'spec.podTemplate'],
    ['extensions.agents.x-k8s.io/v1alpha1', 'SandboxTemplate', { podTemplate: template(BARE) }, 'spec.podTemplate'],
    ['batch.example.com/v1alpha1', 'Crew', { roles: [{ template: template(SPEC) }, { template: template(BARE) }] }, 'spec.roles[1].template'],
  ])('of %s %s get a warning where their pods would be refused', async (apiVersion, kind, spec, field) => {
    const ended = await eventually('a warning', 20, async () => {
      const tried = await create({ apiVersion, kind, metadata: { name: 'x', namespace: OPEN }, spec }, '--dry-run=server');
      return tried.err.includes('Warning') ? tried : undefined;
    });
    expect(ended.code).toBe(0);
    expect(ended.err).toContain(`${field}.spec.containers[0].securityContext`);
  });

  test('are asked about for just the kinds that profiles list, whoever changes the rules or the profiles', async () => {
    const CONFIGURATION = ['validatingwebhookconfiguration', `${NAME}.sandbox.example`];
    const asked = async (): Promise<string[]> => {
      const { webhooks } = JSON.parse(await mustKubectl(['get', ...CONFIGURATION, '-o', 'json'])) as { webhooks: { name: string; rules?: { resources: string[] }[] }[] };
      return webhooks.find(({ name }) => name === 'listed.sandbox.sallyport.dev')?.rules?.flatMap(({ resources }) => resources) ?? [];
    };
    const become = (resources: string[]): Promise<boolean> => eventually(`rules for ${resources.join()}`, 20, async () => (String(await asked()) === String(resources) ? true : undefined));
    await become(['crews']);
    const index = (JSON.parse(await mustKubectl(['get', ...CONFIGURATION, '-o', 'json'])) as { webhooks: { name: string }[] }).webhooks.findIndex(({ name }) => name === 'listed.sandbox.sallyport.dev');
    await mustKubectl(['patch', ...CONFIGURATION, '--type=json', '-p', JSON.stringify([{ op: 'remove', path: `/webhooks/${index}/rules` }])]);
    await become(['crews']);
    const other = { group: 'batch.example.com', version: 'v1', kind: 'Band', resource: 'bands', path: 'spec.template' };
    // Kinds of the table are reviewed by it already.
    const ours = { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', path: 'spec.nothing' };
    await apply(profile(`${NAME}-more`, { templates: [other, ours] }));
    await become(['bands', 'crews']);
    await mustKubectl(['delete', 'sandboxprofile', `${NAME}-more`]);
    await become(['crews']);
  });

  test('that stay cost no call: a workload is scaled without us', async () => {
    const metadata = { name: 'scaled', namespace: AGENTS };
    const workload = (kind: string): object => ({ apiVersion: 'apps/v1', kind, metadata, spec: { replicas: 0, selector: { matchLabels: { app: 'triage' } }, template: template(BARE) } });
    for (const kind of ['ReplicaSet', 'Deployment']) {
      expect((await create(workload(kind))).err).toContain('Warning');
      const before = here.reviews.length;
      await mustKubectl(['-n', AGENTS, 'patch', kind, 'scaled', '-p', '{"spec":{"replicas":3}}']);
      await mustKubectl(['-n', AGENTS, 'scale', kind, 'scaled', '--replicas=2']);
      expect(here.reviews.length).toBe(before);
      expect((await kubectl(['-n', AGENTS, 'patch', kind, 'scaled', '-p', '{"spec":{"template":{"spec":{"hostNetwork":true}}}}'])).err).toContain('[host-namespaces] spec.template.spec.hostNetwork');
    }
  });

  test('of core PodTemplates as well', async () => {
    const ended = await create({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'x', namespace: AGENTS }, template: template(BARE) });
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('template.spec.containers[0].securityContext');
    expect(await kubectl(['-n', AGENTS, 'label', 'podtemplate', 'x', 'a=b'])).toMatchObject({ code: 0, err: '' });
  });

  test('A30: a pool that keeps old pods is refused', async () => {
    for (const spec of [{}, { updateStrategy: { type: 'OnReplenish' } }]) expect((await create(pool(spec))).err).toContain('the pool keeps pods that are older than its template');
    expect(await create(pool({ updateStrategy: { type: 'Recreate' } }))).toMatchObject({ code: 0 });
  });
});
