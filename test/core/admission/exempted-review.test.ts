import { describe, expect, test } from 'vitest';
import type { ReviewContext } from '../../../src/core/admission/context.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Exemption, Workload } from '../../../src/core/policy/exemption.ts';
import { known } from '../../../src/core/terms/fact.ts';
import { podSecuredBy } from '../checks/pods.ts';
import { contextOf, creationOf, DEPLOYMENT, derive, templateOf, updateOf } from './requests.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const OWNERS: readonly Workload[] = [{ kind: 'ReplicaSet', name: 'triage-5d9' }, { kind: 'Deployment', name: 'triage' }];
const plain = podSecuredBy({ readOnlyRootFilesystem: false });
const pod = derive(plain);
const FAULT = 'read-only-root';

function exemptionOf(subject: Partial<Exemption['spec']['subject']>): Exemption {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name: 'x', namespace: 'sallyport-system', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { subject: { namespace: 'agents', ...subject }, checks: [FAULT], reason: 'a cache', requestedBy: 'ada', expires: '2026-01-20T00:00:00Z' },
  };
}

const ofWorkload = exemptionOf({ workload: { kind: 'Deployment', name: 'triage' } });
const by = (username: string, ...groups: string[]): Partial<AdmissionRequest> => ({ userInfo: { username, groups } });
const madeBy = (byController: boolean): NonNullable<ReviewContext['receipt']> => () => known({ labels: {}, byController });
const found = (request: AdmissionRequest, exemptions: readonly Exemption[], changes: Partial<ReviewContext> = {}): string[] => {
  const { faults } = review(request, contextOf('enforce', { exemptions, workloads: OWNERS, now: NOW, ...changes }));
  return faults.map(({ check }) => check);
};

describe('an exemption of a workload', () => {
  test.each([
    'system:serviceaccount:kube-system:replicaset-controller',
    'system:serviceaccount:kube-system:statefulset-controller',
    'system:serviceaccount:kube-system:daemon-set-controller',
    'system:serviceaccount:kube-system:job-controller',
    'system:kube-controller-manager',
  ])('covers a pod that %s creates', (user) => {
    expect(found(creationOf(pod, by(user)), [ofWorkload])).toEqual([]);
  });

  test.each<[string, AdmissionRequest]>([
    ['a pod that somebody else creates with the same owner', creationOf(pod, by('ada'))],
    ['a pod that another account of the system\'s namespace creates', creationOf(pod, by('system:serviceaccount:kube-system:operator', 'system:serviceaccounts:kube-system'))],
    ['a pod that an account of that name in another namespace creates', creationOf(pod, by('system:serviceaccount:agents:replicaset-controller'))],
    ['a pod that nobody knows who creates', creationOf(pod)],
    ['what somebody makes of a pod later', updateOf(derive(podSecuredBy({})), pod, by('ada'))],
  ])('does not cover %s', (_, request) => {
    expect(found(request, [ofWorkload])).toContain(FAULT);
  });

  test('covers the pod when it is bound, whoever binds it', () => {
    const binding = creationOf({ metadata: { name: 'triage', namespace: 'agents' }, target: { name: 'node' } }, { kind: { group: '', version: 'v1', kind: 'Binding' }, resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'binding', ...by('system:kube-scheduler') });
    const live = { ...pod, metadata: { ...pod.metadata, name: 'triage' } };
    const context = { livePod: known(live), receipt: madeBy(true) };
    expect(found(binding, [ofWorkload], context)).toEqual([]);
    expect(found(binding, [], context)).toEqual([FAULT]);
    expect(found(binding, [ofWorkload], { ...context, receipt: madeBy(false) })).toEqual([FAULT]);
    expect(found(binding, [ofWorkload], { livePod: known(live) })).toEqual([FAULT]);
  });

  test('covers the pod when somebody debugs it, where a controller made it', () => {
    const after = { ...pod, spec: { ...pod.spec, ephemeralContainers: [] } };
    const request = updateOf(pod, after, { subResource: 'ephemeralcontainers', ...by('ada') });
    expect(found(request, [ofWorkload], { receipt: madeBy(true) })).toEqual([]);
    expect(found(request, [ofWorkload], { receipt: madeBy(false) })).toEqual([FAULT]);
  });

  test('is no reason for advice about its template, and about no other\'s', () => {
    expect(found(creationOf(templateOf(plain), { kind: DEPLOYMENT, name: 'triage' }), [ofWorkload])).toEqual([]);
    expect(found(creationOf(templateOf(plain), { kind: DEPLOYMENT, name: 'other' }), [ofWorkload])).toEqual([FAULT]);
    expect(found(creationOf(templateOf(plain), { kind: DEPLOYMENT, name: 'triage' }), [exemptionOf({ pod: 'triage' })])).toEqual([FAULT]);
  });
});

test('without a clock no exemption is in force', () => {
  const { now: _, ...context } = contextOf('enforce', { exemptions: [exemptionOf({ pod: 'triage' })], now: NOW });
  expect(review(creationOf(pod), context).faults.map(({ check }) => check)).toEqual([FAULT]);
});
