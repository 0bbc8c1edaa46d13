import { describe, expect, test } from 'vitest';
import { webhookConfigurations } from '../../../../src/apps/cli/install/configurations.ts';
import { installManifests } from '../../../../src/apps/cli/install/manifests.ts';
import { RESOURCES } from '../../../../src/core/admission/resources.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  readonly operations: readonly string[];
}

interface Selector {
  readonly matchExpressions: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

interface Webhook {
  readonly name: string;
  readonly failurePolicy: string;
  readonly namespaceSelector?: Selector;
  readonly objectSelector?: Selector;
  readonly matchConditions?: readonly object[];
  readonly rules?: readonly Rule[];
  readonly clientConfig: { readonly caBundle?: string; readonly service: { readonly path: string } };
}

interface Any {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
  readonly spec: { readonly replicas: number; readonly template: { readonly spec: Record<string, unknown> & { readonly containers: readonly Record<string, unknown>[] } } };
}

const objects = installManifests({}) as Any[];
const ofKind = (kind: string): Any[] => objects.filter((object) => object.kind === kind);
const POLICIES = 'policies.sandbox.sallyport.dev';
const webhooks = webhookConfigurations().flatMap((configuration) => (configuration as { webhooks: Webhook[] }).webhooks);
const named = (name: string): Webhook | undefined => webhooks.find((webhook) => webhook.name === name);

describe('the webhook configurations', () => {
  test.each(webhooks)('$name fails closed, and tells nobody of a dry run', (webhook) => {
    expect(webhook).toMatchObject({ failurePolicy: 'Fail', sideEffects: 'NoneOnDryRun', matchPolicy: 'Equivalent', timeoutSeconds: 5, admissionReviewVersions: ['v1'] });
  });

  test.each(webhooks.filter(({ name }) => name !== POLICIES))('$name never selects our own namespace or kube-system', (webhook) => {
    expect(webhook.namespaceSelector?.matchExpressions).toContainEqual({ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'sallyport-system'] });
  });

  test.each(webhooks.filter(({ name }) => name !== POLICIES))('$name is asked about namespaces that take agents, or else about what calls itself an agent or a namespace for them', ({ namespaceSelector, objectSelector }) => {
    const [first] = namespaceSelector?.matchExpressions ?? [];
    if (first?.key === 'sallyport.dev/agents' && first.operator === 'Exists') expect(objectSelector).toBeUndefined();
    else expect(objectSelector?.matchExpressions).toEqual([{ key: expect.stringMatching(/^sallyport\.dev\/agents?$/), operator: 'Exists' }]);
  });

  test.each(webhooks)('$name has no caBundle yet, is never asked about ordinary deletions, and about nothing that others need to live', ({ name, clientConfig, rules = [] }) => {
    expect(clientConfig.caBundle).toBeUndefined();
    const resources = rules.flatMap(({ resources }) => resources);
    const ends = rules.some(({ operations }) => operations.includes('DELETE')) || resources.includes('pods/eviction');
    expect(ends).toBe(name === 'endings.sandbox.sallyport.dev');
    for (const vital of ['*', 'nodes', 'leases', 'certificatesigningrequests', 'deployments/status', 'deployments/scale']) expect(resources).not.toContain(vital);
  });

  test('let whoever ends a pod in Kubernetes\' own time, or faster, not wait', () => {
    expect(named('endings.sandbox.sallyport.dev')?.matchConditions).toEqual([{
      name: 'ends-slowly',
      expression: "(request.operation == 'DELETE' ? request.options.?gracePeriodSeconds.orValue(0) : object.?deleteOptions.?gracePeriodSeconds.orValue(0)) > 30",
    }]);
  });

  test('never wait for the status that a kubelet writes, nor for a namespace whose labels stay', () => {
    expect(named('status.sandbox.sallyport.dev')?.matchConditions).toContainEqual({ name: 'not-by-a-node', expression: "!('system:nodes' in request.userInfo.groups)" });
    expect(named('guard.sallyport.dev')?.matchConditions).toEqual([{
      name: 'changes-guarded-labels',
      expression: "object.metadata.?labels[?'sallyport.dev/agents'] != oldObject.metadata.?labels[?'sallyport.dev/agents'] || object.metadata.?labels[?'sallyport.dev/profile'] != oldObject.metadata.?labels[?'sallyport.dev/profile']",
    }]);
  });

  test('guard namespaces by whichever subresource their labels change', () => {
    expect(named('guard.sallyport.dev')).toMatchObject({ clientConfig: { service: { path: '/guard' } }, rules: [{ resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'], operations: ['UPDATE'], scope: 'Cluster' }] });
  });

  test('leave the rules for kinds that profiles list to the webhook', () => {
    expect(named('listed.sandbox.sallyport.dev')).not.toHaveProperty('rules');
  });

  test('only mutate pods that are being created, and again after other mutators', () => {
    const mutating = webhooks.filter(({ clientConfig }) => clientConfig.service.path === '/mutate');
    expect(mutating).toEqual([expect.objectContaining({ name: 'inject.sallyport.dev', reinvocationPolicy: 'IfNeeded' })]);
    expect(mutating[0]?.rules).toEqual([{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }]);
  });

  test('review containers that are added to a running pod and resources that are changed in place', () => {
    const updated = webhooks.flatMap(({ rules = [] }) => rules).filter(({ operations }) => operations.includes('UPDATE')).flatMap(({ resources }) => resources);
    expect(updated).toEqual(expect.arrayContaining(['pods', 'pods/ephemeralcontainers', 'pods/resize']));
  });

  test('review our own kinds wherever they are, save where their spec stays as it was', () => {
    const policies = webhooks.find(({ name }) => name === POLICIES);
    expect(policies).toMatchObject({ clientConfig: { service: { path: '/validate' } }, matchConditions: [{ expression: "request.operation != 'UPDATE' || object.?spec != oldObject.?spec" }] });
    expect([policies?.namespaceSelector, policies?.objectSelector]).toEqual([undefined, undefined]);
    expect(policies?.rules).toEqual([
      { apiGroups: ['sallyport.dev'], apiVersions: ['v1alpha1'], resources: ['agentpolicies', 'exemptions'], operations: ['CREATE', 'UPDATE'], scope: 'Namespaced' },
      { apiGroups: ['sallyport.dev'], apiVersions: ['v1alpha1'], resources: ['sandboxprofiles'], operations: ['CREATE', 'UPDATE'], scope: 'Cluster' },
    ]);
  });

  test('send only what a review knows, and all of it', () => {
    const sent = [...new Set(webhooks.flatMap(({ rules = [] }) => rules).flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`))))];
    expect(sent.sort()).toEqual(RESOURCES.map(({ group, resource }) => `${group}/${resource}`).sort());
  });
});

describe('the rights', () => {
  const rules = [...ofKind('ClusterRole'), ...ofKind('Role')].flatMap(({ kind, metadata, rules }) => rules.map((rule) => ({ kind, name: metadata.name, ...rule })));

  test('have no wildcard', () => {
    expect(rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]).filter((word) => word.includes('*'))).toEqual([]);
  });

  test('let nobody write anything cluster-wide but the webhook: its own two configurations, by name, and what the scan says and does about pods', () => {
    const writing = rules.filter(({ kind, verbs }) => kind === 'ClusterRole' && verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing.map(({ name, resources, resourceNames, verbs }) => [name, resources, resourceNames, verbs])).toEqual([
      ['sallyport-webhook', ['validatingwebhookconfigurations'], ['sandbox.sallyport.dev'], ['list', 'watch', 'patch']],
      ['sallyport-webhook', ['events'], undefined, ['get', 'create', 'update']],
      ['sallyport-webhook', ['policyreports'], undefined, ['create', 'patch']],
      ['sallyport-webhook', ['pods/eviction'], undefined, ['create']],
      ['sallyport-webhook', ['mutatingwebhookconfigurations'], ['inject.sallyport.dev'], ['list', 'watch', 'patch']],
    ]);
  });

  test('let the webhook read Exemptions where they count and nowhere else, and nobody write one', () => {
    const exemptions = rules.filter(({ resources }) => resources.includes('exemptions'));
    expect(exemptions.map(({ kind, name, verbs }) => [kind, name, verbs])).toEqual([['Role', 'sallyport-webhook', ['list', 'watch']]]);
  });

  test('give nobody a right twice, nor a name to what has none yet', () => {
    const asText = rules.map(({ kind, name, apiGroups, resources, resourceNames, verbs }) => JSON.stringify([kind, name, apiGroups, resources, resourceNames, verbs]));
    expect(new Set(asText).size).toBe(asText.length);
    expect(rules.filter(({ verbs, resourceNames }) => verbs.includes('create') && resourceNames !== undefined)).toEqual([]);
  });

  test('let each server do with the objects of our namespace what it does with them, and no more', () => {
    const atHome = rules.filter(({ kind, resources, verbs }) => kind === 'Role' && !resources.includes('exemptions') && !verbs.includes('create'));
    expect(atHome.map(({ name, resources, resourceNames = [], verbs }) => `${name} ${resources} ${resourceNames}: ${verbs}`)).toEqual([
      'sallyport-webhook secrets sallyport-receipt-key: get',
      'sallyport-webhook configmaps sallyport-trust: list,watch',
      'sallyport-webhook configmaps sallyport-injection: get,update',
      'sallyport-webhook leases sallyport-webhook: get,update',
      'sallyport-webhook secrets sallyport-webhook-tls: get,list,watch,update',
      'sallyport-controller secrets sallyport-controller-tls: get,list,watch,update',
      'sallyport-controller secrets sallyport-link-key,sallyport-evidence-key: get',
      'sallyport-controller configmaps sallyport-trust: patch',
    ]);
  });

  test('let each server read no Secret but its own, and none outside of our namespace', () => {
    const secrets = rules.filter(({ resources }) => resources.includes('secrets'));
    expect(secrets.map(({ kind }) => kind)).toEqual(secrets.map(() => 'Role'));
    const readable = secrets.filter(({ verbs }) => verbs.includes('get')).map(({ name, resourceNames }) => [name, resourceNames]);
    expect(readable).toEqual([
      ['sallyport-webhook', ['sallyport-receipt-key']],
      ['sallyport-webhook', ['sallyport-webhook-tls']],
      ['sallyport-controller', ['sallyport-controller-tls']],
      ['sallyport-controller', ['sallyport-link-key', 'sallyport-evidence-key']],
    ]);
  });

  test('let the controller make its keys and read them, and never change one: what a key signed or sealed needs that very key', () => {
    const keys = rules.filter(({ resourceNames }) => resourceNames?.includes('sallyport-evidence-key'));
    expect(keys.map(({ name, verbs }) => [name, verbs])).toEqual([['sallyport-controller', ['get']]]);
  });
});

describe('the servers', () => {
  test.each(ofKind('Deployment'))('$metadata.name runs confined', ({ spec }) => {
    const { containers, ...pod } = spec.template.spec;
    expect(pod).toMatchObject({ securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } }, enableServiceLinks: false });
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      resources: { requests: { cpu: expect.any(String), memory: expect.any(String) }, limits: { memory: expect.any(String) } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'health' } },
    });
  });

  test('stay up while they are replaced: three webhooks, none taken away before the next is ready, and time to drain', () => {
    const webhook = ofKind('Deployment').find(({ metadata }) => metadata.name === 'sallyport-webhook');
    expect(webhook?.spec).toMatchObject({ replicas: 3, minReadySeconds: 5, strategy: { rollingUpdate: { maxUnavailable: 0 } }, template: { spec: { terminationGracePeriodSeconds: 45 } } });
    expect(ofKind('PodDisruptionBudget')).toEqual([expect.objectContaining({ metadata: expect.objectContaining({ name: 'sallyport-webhook' }), spec: expect.objectContaining({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }) })]);
  });

  test.each(ofKind('Deployment'))('$metadata.name is spread where it can be, and runs on one node where there is only one', ({ spec }) => {
    const { affinity, topologySpreadConstraints } = spec.template.spec as unknown as { affinity: { podAntiAffinity: Record<string, unknown> }; topologySpreadConstraints: { whenUnsatisfiable: string; topologyKey: string }[] };
    expect(Object.keys(affinity.podAntiAffinity)).toEqual(['preferredDuringSchedulingIgnoredDuringExecution']);
    expect(topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }) => [topologyKey, whenUnsatisfiable])).toEqual([['topology.kubernetes.io/zone', 'ScheduleAnyway'], ['kubernetes.io/hostname', 'ScheduleAnyway']]);
  });

  test('come before every workload, and after what the cluster itself needs', () => {
    const [priority] = ofKind('PriorityClass') as unknown as { metadata: { name: string }; value: number; globalDefault: boolean }[];
    expect(priority).toMatchObject({ value: 1_000_000_000, globalDefault: false });
    expect(ofKind('Deployment').map(({ spec }) => spec.template.spec['priorityClassName'])).toEqual([priority?.metadata.name, priority?.metadata.name]);
  });

  test('and what is injected use the one image that was given', () => {
    const given = installManifests({ image: 'registry.example.com/s@sha256:1', imagePullPolicy: 'Never', replicas: 5, resolver: '192.0.2.53', clusterDomain: 'k8s.example', guardUser: ['ana'], guardGroup: ['platform', 'system:masters'] }) as Any[];
    const [webhook, controller] = given.filter(({ kind }) => kind === 'Deployment');
    expect(webhook?.spec.replicas).toBe(5);
    expect(webhook?.spec.template.spec.containers[0]).toMatchObject({
      image: 'registry.example.com/s@sha256:1',
      imagePullPolicy: 'Never',
      args: ['webhook', '--image', 'registry.example.com/s@sha256:1', '--image-pull-policy', 'Never', '--resolver', '192.0.2.53', '--cluster-domain', 'k8s.example', '--guard-user', 'ana', '--guard-group', 'platform', '--guard-group', 'system:masters'],
    });
    expect(controller?.spec.template.spec.containers[0]).toMatchObject({ image: 'registry.example.com/s@sha256:1', imagePullPolicy: 'Never' });
  });
});

const rightsIn = (all: readonly Any[]): string[] => all.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole').flatMap(({ metadata, rules }) => rules.map((rule) => JSON.stringify([metadata.name, rule])));

describe('with cert-manager', () => {
  const given = installManifests({ certManager: true, clusterDomain: 'k8s.example' }) as (Any & { metadata: { annotations?: object } })[];
  const spec = (kind: string, name: string): unknown => given.find((object) => object.kind === kind && object.metadata.name === name)?.spec;

  test('a CA that lasts signs the certificate, so that a renewal changes nothing that is trusted', () => {
    expect(spec('Certificate', 'sallyport-webhook')).toMatchObject({ secretName: 'sallyport-webhook-cert-manager', dnsNames: ['sallyport-webhook.sallyport-system.svc', 'sallyport-webhook.sallyport-system.svc.k8s.example'], issuerRef: { name: 'sallyport-webhook-ca' } });
    expect(spec('Issuer', 'sallyport-webhook-ca')).toEqual({ ca: { secretName: 'sallyport-webhook-ca' } });
    expect(spec('Certificate', 'sallyport-webhook-ca')).toMatchObject({ isCA: true, issuerRef: { name: 'sallyport-webhook-self-signed' } });
  });

  test('each webhook configuration says where its caBundle comes from', () => {
    const configurations = given.filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
    expect(configurations.map(({ metadata }) => metadata.annotations)).toEqual(configurations.map(() => ({ 'cert-manager.io/inject-ca-from': 'sallyport-system/sallyport-webhook' })));
  });

  test('the webhook serves what is mounted, and nothing else is another than without', () => {
    const webhook = given.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'sallyport-webhook')?.spec.template.spec;
    expect(webhook).toMatchObject({ volumes: [{ name: 'tls', secret: { secretName: 'sallyport-webhook-cert-manager' } }] });
    expect(webhook?.containers[0]).toMatchObject({ args: expect.arrayContaining(['--tls-dir', '/etc/sallyport/tls']), volumeMounts: [{ name: 'tls', mountPath: '/etc/sallyport/tls', readOnly: true }] });
    const differing = /^(Issuer|Certificate|Deployment|.*WebhookConfiguration|Role|ClusterRole)$/;
    expect(given.filter(({ kind }) => !differing.test(kind))).toEqual(objects.filter(({ kind }) => !differing.test(kind)));
  });

  test('the webhook has no right to what it makes otherwise: a Secret that nobody fills, nor the configuration that cert-manager writes', () => {
    const without = rightsIn(given);
    expect(rightsIn(objects).filter((right) => !without.includes(right))).toEqual([
      expect.stringContaining('"mutatingwebhookconfigurations"'),
      expect.stringContaining('"sallyport-webhook-tls"'),
    ]);
    expect(without.length).toBe(rightsIn(objects).length - 2);
  });
});

test('everything that is installed has its namespace or is of the cluster, and the namespace and the CRDs come first', () => {
  expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'sallyport-system' } });
  const kinds = objects.map(({ kind }) => kind);
  expect(kinds.lastIndexOf('CustomResourceDefinition')).toBeLessThan(kinds.indexOf('Deployment'));
  expect(kinds.indexOf('ValidatingWebhookConfiguration')).toBeGreaterThan(kinds.lastIndexOf('Deployment'));
  expect(kinds.filter((kind) => kind === 'CustomResourceDefinition')).toHaveLength(3);
});
