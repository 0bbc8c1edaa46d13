import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AdmissionAnswer } from '../../../src/core/admission/answer.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { known } from '../../../src/core/terms/fact.ts';
import { goodContainer, goodPod, podSecuredBy, SETTINGS } from '../checks/pods.ts';
import { contextOf, creationOf, DEPLOYMENT, derive, templateOf, updateOf } from './requests.ts';

const good = derive(goodPod());
const privileged = derive(podSecuredBy({ privileged: true }));

function told({ allowed, faults }: AdmissionAnswer): string[] {
  return [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`.trim())];
}

const OTHER_IMAGE = `registry.example.com/agent@sha256:${'1'.repeat(64)}`;

/** Every pod that is there carries a receipt. */
const withReceipt = contextOf('enforce', { receipt: ({ metadata }) => known({ labels: metadata?.labels ?? {}, byController: false }) });

const withImage = (pod: Pod, image: string): Pod => ({ ...pod, spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, image }] } });

const PRIVILEGED = 'privileged spec.containers[0].securityContext.privileged';

describe('a pod that is created', () => {
  test('passes as a proven sandbox, without a word', () => {
    expect(review(creationOf(good), contextOf())).toMatchObject({ allowed: true, faults: [], warnings: [], auditAnnotations: {} });
  });

  test('is denied for all of its faults at once', () => {
    const pod = derive(goodPod({ hostNetwork: true, containers: [{ ...goodContainer(), securityContext: { privileged: true, allowPrivilegeEscalation: true, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, runAsUser: 5, runAsNonRoot: true } }] }));
    expect(told(review(creationOf(pod), contextOf()))).toEqual(['denied', 'host-network spec.hostNetwork', PRIVILEGED, 'privilege-escalation spec.containers[0].securityContext.allowPrivilegeEscalation']);
  });

  test('is denied without a sidecar', () => {
    expect(told(review(creationOf(goodPod()), contextOf()))).toEqual(['denied', 'sidecar-missing spec.initContainers']);
  });

  test('is denied while nobody can derive the sidecar', () => {
    const { derive: _, ...context } = contextOf();
    expect(told(review(creationOf(good), context))).toContain('sidecar-unprovable spec');
  });

  test('is denied where the namespace picks a profile that is not there', () => {
    const { profile: _, ...context } = contextOf('enforce', { namespaceLabels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'isolatd' } });
    const answer = review(creationOf(good), context);
    expect(told(answer)).toEqual(['denied', 'profile-missing']);
    expect(answer.message).toContain('"isolatd"');
  });

  test('is proven in the namespace of the request, whatever its manifest leaves out', () => {
    const { namespace: _, ...metadata } = good.metadata ?? {};
    expect(review(creationOf({ ...good, metadata }), contextOf()).allowed).toBe(true);
  });

  test('is judged although it is being deleted', () => {
    expect(told(review(creationOf({ ...privileged, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), contextOf()))).toEqual(['denied', PRIVILEGED]);
  });

  test('is refused under an agent\'s name where no agents are taken, with the way to where they are', () => {
    const pod = { ...goodPod(), metadata: { labels: { 'sallyport.dev/agent': 'triage' } } };
    const answer = review(creationOf(pod), contextOf('enforce', { namespaceLabels: { team: 'a' }, agentNamespaces: () => ['agents', 'lab'] }));
    expect(told(answer)).toEqual(['denied', 'namespace-takes-no-agents metadata.labels["sallyport.dev/agent"]']);
    expect(answer.message).toContain('sallyport.dev/agents=enforce, such as agents, lab');
  });

  test('is judged in full where the label is not known yet: the API server saw it before us', () => {
    expect(told(review(creationOf(goodPod()), contextOf('enforce', { namespaceLabels: {} })))).toEqual(['denied', 'sidecar-missing spec.initContainers']);
  });
});

describe('the mode of a namespace', () => {
  test.each([['enforce'], ['Warn'], ['AUDIT'], ['off'], ['disabled'], ['']])('%j denies', (mode) => {
    const answer = review(creationOf(privileged), contextOf(mode));
    expect(answer.mode).toBe('enforce');
    expect(told(answer)).toEqual(['denied', PRIVILEGED]);
  });

  test('unknown labels deny', () => {
    const { namespaceLabels: _, ...context } = contextOf();
    expect(told(review(creationOf(privileged), context))).toEqual(['denied', PRIVILEGED]);
  });

  test('warn lets pass, and warns of what it would deny; the sidecar is not missed, because nothing injects it', () => {
    const answer = review(creationOf(podSecuredBy({ privileged: true })), contextOf('warn'));
    expect(told(answer)).toEqual(['allowed', PRIVILEGED]);
    expect(answer.warnings).toEqual(['[privileged] spec.containers[0].securityContext.privileged: container "app" is privileged, which undoes every other c...']);
    expect(answer.message).toBeUndefined();
  });

  test('audit lets pass in silence, and leaves it to the audit log', () => {
    const answer = review(creationOf(podSecuredBy({ privileged: true })), contextOf('audit'));
    expect(answer).toMatchObject({ allowed: true, warnings: [], auditAnnotations: { mode: 'audit', decision: 'allowed', profile: 'contained', checks: 'privileged', faults: PRIVILEGED } });
  });

  test.each(['warn', 'audit'])('%s does not admit what cannot be read or is not known', (mode) => {
    expect(told(review(creationOf({ spec: 5 }), contextOf(mode)))).toEqual(['denied', 'malformed spec']);
    expect(told(review(creationOf(good, { kind: { group: '', version: 'v1', kind: 'Secret' } }), contextOf(mode)))).toEqual(['denied', 'unknown-kind']);
  });

  test('what the profile only warns of is a warning beside a denial too', () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } }];
    const answer = review(creationOf(derive(goodPod({ hostPID: true, containers: [{ ...goodContainer(), env }] }))), contextOf());
    const [denied, warned] = ['host-pid spec.hostPID', 'secret-environment spec.containers[0].env[0].valueFrom.secretKeyRef'];
    expect(told(answer)).toEqual(['denied', denied, warned]);
    expect(answer.warnings).toHaveLength(1);
    expect(answer.warnings[0]).toContain('[secret-environment] spec.containers[0].env[0].valueFrom.secretKeyRef');
    expect(answer.message).not.toContain('secret-environment');
  });
});

describe('a pod that is updated', () => {
  test.each<[string, object]>([
    ['a finalizer is gone', { ...privileged, metadata: { ...privileged.metadata, finalizers: [] } }],
    ['a label is new', { ...privileged, metadata: { ...privileged.metadata, labels: { a: 'b' } } }],
    ['nothing changes', structuredClone(privileged)],
    ['its status changes', { ...privileged, status: { phase: 'Failed' } }],
  ])('passes although it has faults, where %s', (_sentence, after) => {
    expect(told(review(updateOf(privileged, after), contextOf()))).toEqual(['allowed']);
  });

  test('passes with another image of the agent\'s', () => {
    expect(told(review(updateOf(good, withImage(good, OTHER_IMAGE)), contextOf()))).toEqual(['allowed']);
  });

  test('is denied with another image of the sidecar\'s, without advice of other checks on our container', () => {
    const initContainers = good.spec.initContainers!.with(1, { ...good.spec.initContainers![1]!, image: 'registry.example.com/other' });
    expect(told(review(updateOf(good, { ...good, spec: { ...good.spec, initContainers } }), contextOf()))).toEqual(['denied', 'sidecar-changed spec.initContainers[1].image']);
  });

  test('keeps the sidecar that was proven when the settings have moved on since', () => {
    const old = inject(goodPod(), { ...SETTINGS, image: 'registry.example.com/sallyport@sha256:old' });
    expect(told(review(updateOf(old, withImage(old, OTHER_IMAGE)), withReceipt))).toEqual(['allowed']);
    expect(told(review(updateOf(old, withImage(old, OTHER_IMAGE)), contextOf()))).toContain('sidecar-changed spec.initContainers[1].image');
    const tampered = { ...old, spec: { ...old.spec, initContainers: old.spec.initContainers!.with(0, { ...old.spec.initContainers![0]!, image: 'registry.example.com/other' }) } };
    expect(told(review(updateOf(old, tampered), withReceipt)).slice(0, 2)).toEqual(['denied', 'sidecar-changed spec.initContainers[0].image']);
  });

  test('keeps its mounts, even those of an old sidecar', () => {
    const old = inject(goodPod(), { ...SETTINGS, resolver: '192.0.2.99' });
    const [app] = old.spec.containers;
    const after = { ...old, spec: { ...old.spec, containers: [{ ...app!, volumeMounts: [...app!.volumeMounts!, { name: 'sallyport-token', mountPath: '/t' }] }] } };
    expect(told(review(updateOf(old, after), withReceipt))).toEqual(['denied', 'sidecar-changed spec.containers[0].volumeMounts[1]']);
  });

  test('is denied an ephemeral container', () => {
    const after = { ...good, spec: { ...good.spec, ephemeralContainers: [goodContainer('debugger')] } };
    const answer = review(updateOf(good, after, { subResource: 'ephemeralcontainers' }), contextOf());
    expect(told(answer)).toEqual(['denied', 'ephemeral-container spec.ephemeralContainers[0]']);
  });

  test('is denied another name of the agent, though its spec stays', () => {
    const after = { ...good, metadata: { ...good.metadata, labels: { 'sallyport.dev/agent': 'other' } } };
    expect(told(review(updateOf(good, after), contextOf()))).toEqual(['denied', 'agent-renamed metadata.labels["sallyport.dev/agent"]']);
  });

  test('is judged in full where the old object cannot be read', () => {
    expect(told(review(updateOf(undefined, privileged), contextOf()))).toEqual(['denied', PRIVILEGED]);
  });
});

describe('deletions', () => {
  test('are never denied, whatever is deleted', () => {
    for (const object of [undefined, null, 5, privileged]) {
      expect(review(creationOf(object, { operation: 'DELETE' }), contextOf()).allowed).toBe(true);
    }
    expect(review(creationOf(undefined, { operation: 'DELETE', kind: { group: 'x', version: 'v1', kind: 'Y' } }), contextOf()).allowed).toBe(true);
  });
});

describe('templates of pods', () => {
  test.each([
    ['', 'ReplicationController', 'spec.template'],
    ['apps', 'Deployment', 'spec.template'],
    ['apps', 'StatefulSet', 'spec.template'],
    ['apps', 'DaemonSet', 'spec.template'],
    ['apps', 'ReplicaSet', 'spec.template'],
    ['batch', 'Job', 'spec.template'],
    ['batch', 'CronJob', 'spec.jobTemplate.spec.template'],
  ])('%s %s get a warning where their pods would be denied', (group, kind, path) => {
    const { spec } = podSecuredBy({ privileged: true });
    const template = { spec: { template: { spec } } };
    const object = kind === 'CronJob' ? { spec: { jobTemplate: template } } : template;
    const answer = review(creationOf(object, { kind: { group, version: 'v1', kind } }), contextOf());
    expect(told(answer)).toEqual(['allowed', `privileged ${path}.spec.containers[0].securityContext.privileged`]);
    expect(answer.warnings).toHaveLength(1);
  });

  test('are judged as their pods will be once injected', () => {
    expect(told(review(creationOf(templateOf(goodPod()), { kind: DEPLOYMENT }), contextOf()))).toEqual(['allowed']);
  });

  test('get no warning where the template stays, as when a Deployment is scaled', () => {
    const before = templateOf(podSecuredBy({ privileged: true }));
    const scaled = { ...before, spec: { ...(before as { spec: object }).spec, replicas: 5 } };
    expect(review(updateOf(before, scaled, { kind: DEPLOYMENT }), contextOf()).warnings).toEqual([]);
  });

  test('are denied where they cannot be read, with the place', () => {
    const answer = review(creationOf({ spec: { template: { spec: { containers: {} } } } }, { kind: DEPLOYMENT }), contextOf());
    expect(told(answer)).toEqual(['denied', 'malformed spec.template.spec.containers']);
  });

  test('of the same kind in another group are not known', () => {
    expect(told(review(creationOf(templateOf(goodPod()), { kind: { ...DEPLOYMENT, group: 'apps.example.com' } }), contextOf()))).toEqual(['denied', 'unknown-kind']);
  });
});

describe('what is not known', () => {
  test('is denied by its name', () => {
    const answer = review(creationOf({}, { kind: { group: '', version: 'v1', kind: 'PodLogOptions' }, resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'log' }), contextOf());
    expect(answer.message).toBe('Sallyport refused PodLogOptions triage in namespace agents: 1 fault\n- [admission] kind "PodLogOptions/log" of group "" is none that this version reviews. Fix: take it out of the rules of the webhook configuration. See docs/checks/admission.md');
  });

  test('never makes the review throw, and never passes', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), fc.constantFrom('CREATE' as const, 'UPDATE' as const), fc.constantFrom('enforce', 'warn', 'audit'), (a, b, operation, mode) => {
      const pod = { spec: { containers: [{ name: 'app', securityContext: a }], volumes: b } };
      for (const object of [a, { spec: a, metadata: b }, pod]) {
        const answer = review(creationOf(object, { operation, oldObject: b }), contextOf(mode));
        if (mode === 'enforce') expect(answer.allowed).toBe(false);
        expect(answer.allowed || answer.faults.length > 0).toBe(true);
      }
    }), { numRuns: 300 });
  });
});
