import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/adapters/kube/client.ts';
import { assess } from '../../../../src/apps/webhook/scan/assess.ts';
import { resultsOf, policyReport } from '../../../../src/apps/webhook/scan/report.ts';
import type { ReviewContext } from '../../../../src/core/admission/context.ts';
import type { Fault } from '../../../../src/core/checks/check.ts';
import type { Pod } from '../../../../src/core/checks/pod.ts';
import { inject } from '../../../../src/core/injection/inject.ts';
import { BUILT_IN_PROFILES } from '../../../../src/core/policy/profile.ts';
import { known, unknown } from '../../../../src/core/terms/fact.ts';
import { CONTAINED, FACTS, goodPod, SETTINGS } from '../../../core/checks/pods.ts';

const CONTEXT: ReviewContext = { namespaceLabels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' }, profile: CONTAINED, facts: FACTS, derive: (pod) => inject(pod, SETTINGS) };
const NEWER: ReviewContext = { ...CONTEXT, derive: (pod) => inject(pod, { ...SETTINGS, image: 'registry.example.com/sallyport:next' }) };
const WARNING: ReviewContext = { ...CONTEXT, namespaceLabels: { ...CONTEXT.namespaceLabels, 'sallyport.dev/agents': 'warn' } };
const SANDBOXED = goodPod({ runtimeClassName: 'gvisor' });

function live(pod: Pod = inject(goodPod(), SETTINGS), metadata: object = {}): KubeObject {
  return { ...pod, metadata: { name: 'triage', namespace: 'agents', uid: 'u-1', ...pod.metadata, ...metadata } };
}

const reasons = ({ faults }: { readonly faults: readonly Fault[] }): string[] => faults.filter(({ weight }) => weight === 'deny').map(({ reason }) => reason);

describe('a pod that is there', () => {
  test('is proven where it is what injection makes today', () => {
    expect(assess(live(), CONTEXT)).toMatchObject({ mode: 'enforce', profile: 'contained', proven: true, static: false });
  });

  test('is proven by its receipt where settings have moved on', () => {
    expect(assess(live(), { ...NEWER, receipt: () => known({ labels: {}, byController: false }) })).toMatchObject({ proven: true });
  });

  test('is not proven where neither is so', () => {
    const found = assess(live(), { ...NEWER, receipt: () => unknown('none') });
    expect(found.proven).toBe(false);
    expect(reasons(found)).toContain('sidecar-changed');
  });

  test('is not proven without a sidecar', () => {
    const found = assess(live(goodPod()), CONTEXT);
    expect(found.proven).toBe(false);
    expect(reasons(found)).toContain('sidecar-missing');
  });

  test('has faults where the labels that select its policy are not those that it was injected with', () => {
    const found = assess(live(inject(goodPod(), SETTINGS), { labels: { app: 'admin' } }), { ...NEWER, receipt: () => known({ labels: { app: 'triage' }, byController: false }) });
    expect(found.proven).toBe(true);
    expect(found.faults.map(({ check }) => check)).toContain('agent-identity');
  });

  test('that a kubelet runs from a file is not proven, whatever it shows', () => {
    const found = assess(live(inject(goodPod(), SETTINGS), { annotations: { 'kubernetes.io/config.mirror': 'x' } }), CONTEXT);
    expect(found).toMatchObject({ proven: false, static: true });
    expect(reasons(found)).toContain('static-pod');
  });

  test('leaves open what nobody can tell: no trust, no profile, a namespace that injects nothing', () => {
    const { derive: _, ...untrusting } = CONTEXT;
    const { profile: __, ...unprofiled } = CONTEXT;
    expect(assess(live(), untrusting).proven).toBeUndefined();
    expect(assess(live(), unprofiled)).not.toHaveProperty('spec');
    expect(assess(live(), unprofiled).proven).toBeUndefined();
    expect(assess(live(goodPod()), WARNING).proven).toBeUndefined();
  });

  test('is judged as it would be injected where nothing is', () => {
    expect(reasons(assess(live(goodPod()), WARNING))).not.toContain('sidecar-missing');
    expect(reasons(assess(live(goodPod({ hostNetwork: true })), WARNING))).toContain('host-network');
  });

  test.each([['enforce', CONTEXT, inject(SANDBOXED, SETTINGS)], ['warn', WARNING, SANDBOXED]] as const)('is judged by the objects around it as they are now, where the namespace says %s', (_mode, context, pod) => {
    const onNode = live({ ...pod, spec: { ...pod.spec, nodeName: 'node-1' } });
    expect(reasons(assess(onNode, context))).toEqual([]);
    const open = { ...context, profile: BUILT_IN_PROFILES.isolated, facts: { ...FACTS, networkPolicies: () => known([]), runtimeHandler: () => known(undefined) } };
    expect(reasons(assess(onNode, open))).toEqual(['network-policy-missing', 'runtime-class-absent']);
  });

  test('is spared what an Exemption in force covers', () => {
    const spec = { subject: { namespace: 'agents', pod: 'triage' }, checks: ['host-namespaces'], reason: 'x', requestedBy: 'x', expires: '2026-01-08T00:00:00Z' };
    const exemption = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'Exemption', metadata: { name: 'e', namespace: 'sallyport-system', creationTimestamp: '2026-01-01T00:00:00Z' }, spec } as const;
    const pod = live(inject(goodPod({ hostNetwork: true }), SETTINGS));
    const context = { ...CONTEXT, exemptions: [exemption], workloads: [] };
    expect(reasons(assess(pod, { ...context, now: Date.parse('2026-01-02T00:00:00Z') }))).not.toContain('host-network');
    expect(reasons(assess(pod, { ...context, now: Date.parse('2026-01-09T00:00:00Z') }))).toContain('host-network');
  });
});

test('a pod is spared what a workload is exempt from only where its receipt says that a controller made it', () => {
  const spec = { subject: { namespace: 'agents', workload: { kind: 'Job', name: 'batch' } }, checks: ['host-namespaces'], reason: 'x', requestedBy: 'x', expires: '2026-01-08T00:00:00Z' } as const;
  const exemption = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'Exemption', metadata: { name: 'e', namespace: 'sallyport-system', creationTimestamp: '2026-01-01T00:00:00Z' }, spec } as const;
  const context: ReviewContext = { ...CONTEXT, exemptions: [exemption], workloads: [{ kind: 'Job', name: 'batch' }], now: Date.parse('2026-01-02T00:00:00Z') };
  const pod = live(inject(goodPod({ hostNetwork: true }), SETTINGS));
  expect(reasons(assess(pod, { ...context, receipt: () => known({ labels: {}, byController: true }) }))).not.toContain('host-network');
  expect(reasons(assess(pod, { ...context, receipt: () => known({ labels: {}, byController: false }) }))).toContain('host-network');
  expect(reasons(assess(pod, context))).toContain('host-network');
});

test('a pod that cannot be read proves nothing, where that matters', () => {
  const pod = live(goodPod());
  const heavy = { ...pod, metadata: { ...pod.metadata, annotations: Object.fromEntries(Array.from({ length: 50_001 }, (_, index) => [`a${index}`, ''])) } };
  expect(assess(heavy, CONTEXT)).toMatchObject({ proven: false, static: false, faults: [{ reason: 'too-large' }] });
  expect(assess({ metadata: { name: 'a', namespace: 'agents' }, spec: { containers: 5 } }, CONTEXT).proven).toBe(false);
  expect(assess(heavy, WARNING).proven).toBe(undefined);
});

describe('the report', () => {
  const pod = { namespace: 'agents', name: 'triage', uid: 'u-1', digest: '', created: 0, finished: false };

  test('on a proven pod says so, is owned by it, and counts', () => {
    const report = policyReport(pod, resultsOf(assess(live(), CONTEXT)), 90_500);
    expect(report).toMatchObject({
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: { name: 'sallyport-u-1', namespace: 'agents', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'triage', uid: 'u-1' }] },
      scope: { kind: 'Pod', namespace: 'agents', name: 'triage' },
      summary: { pass: 1, fail: 0 },
    });
    expect(report['results']).toContainEqual(expect.objectContaining({ source: 'sallyport', policy: 'contained', rule: 'sidecar-intact', result: 'pass', timestamp: { seconds: 90, nanos: 0 } }));
  });

  test('on an unproven pod has each fault with its reason, field and fix', () => {
    const results = resultsOf(assess(live(goodPod()), CONTEXT));
    expect(results).toContainEqual(expect.objectContaining({ rule: 'sidecar-intact', result: 'fail', scored: true, severity: 'high', properties: expect.objectContaining({ reason: 'sidecar-missing', field: 'spec.initContainers' }) }));
    expect(results.some(({ result }) => result === 'pass')).toBe(false);
  });

  test('counts nothing against a namespace that only warns, and calls an error what could not be told', () => {
    const fault: Fault = { check: 'network-policy', reason: 'policies-unknown', field: '', message: 'm', fix: 'f', link: 'l', weight: 'deny', unknown: true };
    const found = assess(live(goodPod({ hostNetwork: true })), WARNING);
    expect(resultsOf({ ...found, faults: [fault] })).toMatchObject([{ result: 'error', scored: false }]);
    expect(resultsOf(found).every(({ scored }) => scored === false)).toBe(true);
  });

  test('stays small whatever is found', () => {
    const fault: Fault = { check: 'x', reason: 'r'.repeat(100), field: 'f'.repeat(5_000), message: 'm'.repeat(5_000), fix: 'x'.repeat(5_000), link: 'l', weight: 'deny' };
    const results = resultsOf({ mode: 'enforce', profile: 'p', proven: false, static: false, faults: Array.from({ length: 500 }, () => fault) });
    expect(results).toHaveLength(51);
    expect(results.at(-1)).toMatchObject({ message: 'and 450 more faults' });
    expect(JSON.stringify(results).length).toBeLessThan(80_000);
  });
});
