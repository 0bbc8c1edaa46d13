import { describe, expect, test, vi } from 'vitest';
import { mutateGate, validate } from '../../../src/apps/webhook/gate.ts';
import type { Facts } from '../../../src/apps/webhook/ports.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import type { Exemption } from '../../../src/core/policy/exemption.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { creationOf } from '../../core/admission/requests.ts';
import { CONTAINED, FACTS, goodPod, podSecuredBy, SETTINGS } from '../../core/checks/pods.ts';
import { NO_OBJECTS } from './no-objects.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const NEVER = new AbortController().signal;
const good = inject(goodPod(), SETTINGS);
const privileged = inject(podSecuredBy({ privileged: true }), SETTINGS);
const STALE = { ...FACTS, networkPolicies: () => known([]) };

function factsWith(changes: Partial<Facts> = {}) {
  const objectsNow = vi.fn<Facts['objectsNow']>(() => Promise.resolve(FACTS));
  const workloads = vi.fn<Facts['workloads']>(() => Promise.resolve(known([{ kind: 'ReplicaSet', name: 'triage-1' }, { kind: 'Deployment', name: 'triage' }])));
  const livePod = vi.fn<Facts['livePod']>(() => Promise.resolve(known({ ...good, metadata: { ...good.metadata, name: 'triage' } })));
  const facts: Facts = {
    ...NO_OBJECTS,
    namespaceLabels: () => Promise.resolve(known({ 'sallyport.dev/agents': 'enforce' })),
    agentNamespaces: () => ['agents'],
    profile: () => known(CONTAINED),
    injection: () => known(SETTINGS),
    objects: FACTS,
    now: () => NOW,
    missing: () => [],
    objectsNow,
    workloads,
    livePod,
    ...changes,
  };
  return { facts, objectsNow, workloads, livePod };
}

function exemption(subject: Exemption['spec']['subject'], checks: string[]): Exemption {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name: 'for-triage', namespace: 'sallyport-system', creationTimestamp: '2026-01-09T00:00:00Z' },
    spec: { subject, checks, reason: 'r', requestedBy: 'jo', expires: '2026-01-11T00:00:00Z' },
  };
}

describe('before a refusal rests on what is watched', () => {
  test('the API server is asked, and what it says now counts', async () => {
    const { facts, objectsNow } = factsWith({ objects: STALE });
    expect(await validate(creationOf(good), facts, NEVER)).toMatchObject({ allowed: true });
    expect(objectsNow).toHaveBeenCalledExactlyOnceWith('agents', undefined, NEVER);
  });

  test('and the refusal stands where it says the same, or nothing', async () => {
    const { facts } = factsWith({ objects: STALE, objectsNow: () => Promise.resolve(STALE) });
    expect((await validate(creationOf(good), facts, NEVER)).faults).toMatchObject([{ reason: 'network-policy-missing' }]);
    const silent = { ...FACTS, networkPolicies: () => unknown<never>('The network policies are not known.') };
    const unheard = factsWith({ objects: STALE, objectsNow: () => Promise.resolve(silent) });
    expect(await validate(creationOf(good), unheard.facts, NEVER)).toMatchObject({ allowed: false, faults: [{ reason: 'network-policy-unknown' }] });
  });

  test('nobody is asked where nothing is refused, or for what is in the pod itself', async () => {
    const { facts, objectsNow, workloads } = factsWith();
    expect(await validate(creationOf(good), facts, NEVER)).toMatchObject({ allowed: true });
    expect(await validate(creationOf(privileged), facts, NEVER)).toMatchObject({ allowed: false });
    expect([objectsNow.mock.calls, workloads.mock.calls]).toEqual([[], []]);
  });

  test('what is missing is told after the refusal', async () => {
    const { facts } = factsWith({ exemptions: () => unknown('The exemptions are stale.') });
    expect((await validate(creationOf(privileged), facts, NEVER)).message).toMatch(/The exemptions are stale\.$/);
  });
});

describe('without the profile that the namespace picks', () => {
  test('what is unknown of it is told as that, in the fault and so in causes, Events and reports, and not as its absence', async () => {
    const { facts } = factsWith({ profile: () => unknown('The namespace picks the profile lab. The sandbox profiles may have changed: nothing was heard of them for 80 s.') });
    const answer = await validate(creationOf(good), facts, NEVER);
    expect(answer.faults).toMatchObject([{ reason: 'profile-unknown', message: 'The namespace picks the profile lab. The sandbox profiles may have changed: nothing was heard of them for 80 s', unknown: true }]);
    expect(answer.message?.match(/nothing was heard/g)).toHaveLength(1);
  });

  test('its absence is told as that', async () => {
    const { facts } = factsWith({ profile: () => known(undefined) });
    expect((await validate(creationOf(good), facts, NEVER)).faults).toMatchObject([{ reason: 'profile-missing' }]);
    expect(await mutateGate(creationOf(goodPod()), facts, NEVER)).toMatchObject({ allowed: false, message: expect.stringContaining('there is no SandboxProfile of that name; install it, or pick one of isolated, contained') });
  });
});

describe('an Exemption for a workload', () => {
  const ours = exemption({ namespace: 'agents', workload: { kind: 'Deployment', name: 'triage' } }, ['privileged']);
  const BY_CONTROLLER: Partial<AdmissionRequest> = { userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'] } };

  test('counts for a pod that the controllers of Kubernetes make of it', async () => {
    const { facts, workloads } = factsWith({ exemptions: () => known([ours]) });
    const answer = await validate(creationOf(privileged, BY_CONTROLLER), facts, NEVER);
    expect(answer).toMatchObject({ allowed: true, exempted: [{ exemption: 'for-triage', fault: { check: 'privileged' } }] });
    expect(workloads).toHaveBeenCalledOnce();
  });

  test('counts for nobody who writes the owner into a pod himself', async () => {
    const { facts } = factsWith({ exemptions: () => known([ours]) });
    expect(await validate(creationOf(privileged, { userInfo: { username: 'jo', groups: ['system:authenticated'] } }), facts, NEVER)).toMatchObject({ allowed: false });
  });

  test('does not count where nobody can tell whose the pod is', async () => {
    const { facts } = factsWith({ exemptions: () => known([ours]), workloads: () => Promise.resolve(unknown('The owners are not known.')) });
    expect(await validate(creationOf(privileged, BY_CONTROLLER), facts, NEVER)).toMatchObject({ allowed: false });
  });

  test('of another namespace costs no look', async () => {
    const elsewhere = exemption({ namespace: 'elsewhere', workload: { kind: 'Deployment', name: 'triage' } }, ['privileged']);
    const { facts, workloads } = factsWith({ exemptions: () => known([elsewhere]) });
    await validate(creationOf(privileged, BY_CONTROLLER), facts, NEVER);
    expect(workloads).not.toHaveBeenCalled();
  });
});

describe('the live pod', () => {
  const EXEC: Partial<AdmissionRequest> = { kind: { group: '', version: 'v1', kind: 'PodExecOptions' }, resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'exec', operation: 'CONNECT' };
  const BINDING: Partial<AdmissionRequest> = { kind: { group: '', version: 'v1', kind: 'Binding' }, resource: { group: '', version: 'v1', resource: 'bindings' } };

  test('behind a connection is asked for by the request\'s name', async () => {
    const { facts, livePod } = factsWith();
    expect((await validate(creationOf({ container: 'sallyport-proxy' }, EXEC), facts, NEVER)).faults).toMatchObject([{ reason: 'sidecar-entered' }]);
    expect(livePod).toHaveBeenCalledExactlyOnceWith('agents', 'triage', NEVER);
  });

  test('behind a binding of the older kind is asked for by the binding\'s', async () => {
    const { facts, livePod } = factsWith();
    const { name: _, ...request } = creationOf({ metadata: { name: 'triage' } }, BINDING);
    expect(await validate(request, facts, NEVER)).toMatchObject({ allowed: true });
    expect(livePod).toHaveBeenCalledExactlyOnceWith('agents', 'triage', NEVER);
  });

  test('that is named twice and not alike is not asked for', async () => {
    const { facts, livePod } = factsWith();
    expect((await validate(creationOf({ metadata: { name: 'other' } }, BINDING), facts, NEVER)).faults).toMatchObject([{ reason: 'pod-unknown', message: expect.stringContaining('names no pod') }]);
    expect(livePod).not.toHaveBeenCalled();
  });

  test('is nobody\'s question where a pod itself is sent', async () => {
    const { facts, livePod } = factsWith();
    await validate(creationOf(good), facts, NEVER);
    expect(livePod).not.toHaveBeenCalled();
  });
});
