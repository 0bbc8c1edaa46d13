import { describe, expect, test } from 'vitest';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { unknown } from '../../../src/core/terms/fact.ts';
import { FACTS, goodContainer, goodPod } from '../checks/pods.ts';
import { contextOf, derive, updateOf } from './requests.ts';

const pod = derive(goodPod());
const marked = (labels: Record<string, string>, annotations: Record<string, string> = {}): Pod => ({ ...pod, metadata: { ...pod.metadata, labels, annotations } });
const before = marked({ app: 'triage', 'sallyport.dev/agent': 'triage' }, { 'sallyport.dev/receipt': 'r' });

const STATUS: Partial<AdmissionRequest> = { subResource: 'status', userInfo: { username: 'jo', groups: ['developers'] } };

function told(after: unknown, changes: Partial<AdmissionRequest> = {}, context = contextOf(), old: unknown = before): string[] {
  const { allowed, faults } = review(updateOf(old, after, { ...STATUS, ...changes }), context);
  return [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`.trim())];
}

describe('the status of a pod, written by anybody but a node', () => {
  test.each<[string, Pod, string]>([
    ['names another agent', marked({ app: 'triage', 'sallyport.dev/agent': 'other' }, { 'sallyport.dev/receipt': 'r' }), 'agent-renamed metadata.labels["sallyport.dev/agent"]'],
    ['takes the name away', marked({ app: 'triage' }, { 'sallyport.dev/receipt': 'r' }), 'agent-renamed metadata.labels["sallyport.dev/agent"]'],
    ['changes a label by which a policy selects', marked({ app: 'other', 'sallyport.dev/agent': 'triage' }, { 'sallyport.dev/receipt': 'r' }), 'agent-reselected metadata.labels["app"]'],
    ['changes the receipt', marked({ app: 'triage', 'sallyport.dev/agent': 'triage' }, { 'sallyport.dev/receipt': 's' }), 'mark-changed metadata.annotations["sallyport.dev/receipt"]'],
    ['takes the receipt away', marked({ app: 'triage', 'sallyport.dev/agent': 'triage' }), 'mark-changed metadata.annotations["sallyport.dev/receipt"]'],
    ['has the node add an interface', marked({ app: 'triage', 'sallyport.dev/agent': 'triage' }, { 'sallyport.dev/receipt': 'r', 'k8s.v1.cni.cncf.io/networks': 'other' }), 'runtime-annotation metadata.annotations["k8s.v1.cni.cncf.io/networks"]'],
  ])('is refused where it %s', (_, after, reason) => {
    expect(told(after)).toEqual(['denied', reason]);
  });

  test('passes where it changes a condition, or a label and an annotation of nobody\'s', () => {
    expect(told({ ...before, status: { phase: 'Failed' } })).toEqual(['allowed']);
    expect(told(marked({ app: 'triage', 'sallyport.dev/agent': 'triage', note: 'x' }, { 'sallyport.dev/receipt': 'r', other: 'y' }))).toEqual(['allowed']);
  });

  test('is refused where nobody knows by which labels policies select', () => {
    const facts = { ...FACTS, selectingLabels: () => unknown<never>('The agent policies are stale.') };
    expect(told(marked({ app: 'other', 'sallyport.dev/agent': 'triage' }, { 'sallyport.dev/receipt': 'r' }), {}, contextOf('enforce', { facts }))).toContain('selecting-labels-unknown metadata.labels');
  });

  test('is refused where it cannot be compared', () => {
    expect(told(before, {}, contextOf(), { spec: 5 })).toEqual(['denied', 'malformed']);
    expect(told({ spec: 5 })).toEqual(['denied', 'malformed spec']);
  });

  test('passes from a node, whatever it is: the API server keeps kubelets from labels itself', () => {
    expect(told(marked({}), { userInfo: { username: 'system:node:n1', groups: ['system:nodes'] } })).toEqual(['allowed']);
  });
});

test('an update of annotations alone is refused where they are for the node, and passes where they take some away', () => {
  const kata = { ...before, metadata: { ...before.metadata, annotations: { ...before.metadata?.annotations, 'io.katacontainers.config.hypervisor.path': '/x' } } };
  expect(told(kata, { subResource: '' })).toEqual(['denied', 'runtime-annotation metadata.annotations["io.katacontainers.config.hypervisor.path"]']);
  expect(told(before, { subResource: '' }, contextOf(), kata)).toEqual(['allowed']);
});

const joins = (container: object): string[] => {
  const after = { ...pod, spec: { ...pod.spec, ephemeralContainers: [{ ...goodContainer('debugger'), ...container }] } };
  return review(updateOf(pod, after, { subResource: 'ephemeralcontainers' }), contextOf()).faults.map(({ check, reason, field }) => `${check} ${reason} ${field}`);
};

describe('an ephemeral container', () => {
  test('never shares the processes or the volumes of the sidecar, and no Exemption covers that', () => {
    expect(joins({ targetContainerName: 'sallyport-proxy' })).toContain('sidecar-intact sidecar-joined spec.ephemeralContainers[0].targetContainerName');
    expect(joins({ volumeMounts: [{ name: 'sallyport-token', mountPath: '/t' }] })).toContain('sidecar-intact sidecar-joined spec.ephemeralContainers[0].volumeMounts[0]');
  });

  test('may share those of the agent, once an Exemption lets it in at all', () => {
    expect(joins({ targetContainerName: 'app' })).toEqual(['ephemeral-containers ephemeral-container spec.ephemeralContainers[0]']);
  });
});
