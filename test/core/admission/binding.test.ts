import { describe, expect, test } from 'vitest';
import type { AdmissionAnswer } from '../../../src/core/admission/answer.ts';
import type { ReviewContext } from '../../../src/core/admission/context.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { FACTS, goodPod, SETTINGS } from '../checks/pods.ts';
import { contextOf, creationOf, derive } from './requests.ts';

const KIND = { group: '', version: 'v1', kind: 'Binding' };
const BINDING = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'triage', namespace: 'agents' }, target: { kind: 'Node', name: 'n1' } };
const good = named(derive(goodPod()));

function named(pod: Pod, labels: Record<string, string> = { app: 'triage' }): Pod {
  return { ...pod, metadata: { ...pod.metadata, name: 'triage', namespace: 'agents', labels } };
}

const BY_POD: Partial<AdmissionRequest> = { kind: KIND, resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'binding' };
const OLD_WAY: Partial<AdmissionRequest> = { kind: KIND, resource: { group: '', version: 'v1', resource: 'bindings' } };

const receipt: NonNullable<ReviewContext['receipt']> = () => known({ labels: { app: 'triage', 'sallyport.dev/agent': 'one' }, byController: false });
const around = (pod: Pod, changes: Partial<ReviewContext> = {}): ReviewContext => contextOf('enforce', { livePod: known(pod), ...changes });
const told = ({ allowed, faults }: AdmissionAnswer): string[] => [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`.trim())];

describe.each([['pods/binding', BY_POD], ['bindings', OLD_WAY]])('by %s', (_, way) => {
  const bind = (context: ReviewContext, binding: object = BINDING, changes: Partial<AdmissionRequest> = {}): string[] => told(review(creationOf(binding, { ...way, ...changes }), context));
  const bring = (metadata: object): string[] => bind(around(good), { ...BINDING, metadata: { ...BINDING.metadata, ...metadata } });

  test('a proven pod is sent to its node', () => {
    expect(bind(around(good))).toEqual(['allowed']);
  });

  test('a pod without a sidecar is not: it waited while its namespace took no agents', () => {
    expect(bind(around(named(goodPod())))).toEqual(['denied', 'sidecar-missing spec.initContainers']);
  });

  test('a pod is judged whole, by the profile of now', () => {
    expect(bind(around(named(derive(goodPod({ hostPID: true })))))).toEqual(['denied', 'host-pid spec.hostPID']);
  });

  test('what other objects say is asked again: a network policy may be gone since', () => {
    expect(bind(around(good, { facts: { ...FACTS, networkPolicies: () => known([]) } }))).toEqual(['denied', 'network-policy-missing metadata.labels']);
  });

  test('a pod whose sidecar is not of today needs its receipt', () => {
    const old = named(inject(goodPod(), { ...SETTINGS, image: 'registry.example.com/sallyport@sha256:old' }));
    expect(bind(around(old, { receipt: () => known({ labels: { app: 'triage' }, byController: false }) }))).toEqual(['allowed']);
    expect(bind(around(old, { receipt: () => unknown('no receipt') }))[0]).toBe('denied');
    expect(bind(around(old))[1]).toBe('sidecar-changed spec.initContainers[0].image');
  });

  test('a pod that was another agent when it was injected is not sent', () => {
    expect(bind(around(named(good, { app: 'triage', 'sallyport.dev/agent': 'other' }), { receipt }))).toEqual(['denied', 'agent-renamed metadata.labels["sallyport.dev/agent"]']);
    expect(bind(around(named(good, { app: 'other', 'sallyport.dev/agent': 'one' }), { receipt }))).toEqual(['denied', 'agent-reselected metadata.labels["app"]']);
  });

  test('labels and annotations of the binding end up on the pod, and are judged with it', () => {
    expect(bring({ labels: { 'sallyport.dev/agent': 'other' } })).toEqual(['denied', 'agent-renamed metadata.labels["sallyport.dev/agent"]']);
    expect(bring({ annotations: { 'sallyport.dev/receipt': 'x' } })).toEqual(['denied', 'mark-changed metadata.annotations["sallyport.dev/receipt"]']);
    // The pod's own stays, as the API server merges them.
    expect(bring({ labels: { app: 'other', 'topology.kubernetes.io/zone': 'a' }, annotations: { note: 'x' } })).toEqual(['allowed']);
    expect(bring({ labels: ['a'] })).toEqual(['denied', 'malformed metadata']);
  });

  test('a binding makes no pod look static, which nobody evicts', () => {
    expect(bring({ annotations: { 'kubernetes.io/config.mirror': 'x' } })).toEqual(['denied', 'malformed metadata.annotations["kubernetes.io/config.mirror"]']);
  });

  test.each<[string, ReviewContext['livePod']]>([
    ['cannot be had', unknown('The API server did not answer.')],
    ['was not looked up', undefined],
    ['is not there', known(undefined)],
  ])('a binding is refused where the live pod %s', (_sentence, livePod) => {
    const { livePod: _pod, ...context } = around(good);
    expect(bind({ ...context, ...(livePod && { livePod }) })).toEqual(['denied', 'pod-unknown']);
  });

  test('a binding that names another pod than the request is refused', () => {
    expect(bind(around(good), { ...BINDING, metadata: { name: 'other' } })).toEqual(['denied', 'malformed metadata.name']);
    expect(bind(around({ ...good, metadata: { ...good.metadata, name: 'other' } }))).toEqual(['denied', 'malformed metadata.name']);
  });

  test.each(['warn', 'audit'])('nothing is held up where the namespace only wants to %s', (mode) => {
    expect(bind(contextOf(mode))).toEqual(['allowed']);
  });
});
