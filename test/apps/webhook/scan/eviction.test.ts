import { describe, expect, test } from 'vitest';
import { KubeFault } from '../../../../src/adapters/kube/fault.ts';
import type { Assessment } from '../../../../src/apps/webhook/scan/assess.ts';
import { endOf, evict, evictionReason } from '../../../../src/apps/webhook/scan/eviction.ts';
import { KubeStore } from '../../../fakes/kube-store.ts';

const SPEC = { onUnproven: 'evict', lifetimeUnset: 'recycle', maxLifetimeSeconds: 60 } as const;
const FOUND: Assessment = { mode: 'enforce', profile: 'isolated', proven: false, static: false, faults: [], spec: SPEC };
const PROVEN: Assessment = { ...FOUND, proven: true };
const YOUNG = { created: 0, endless: true };

test.each<[string, Assessment, { readonly created: number; readonly endless: boolean }, number, string | undefined]>([
  ['an unproven pod where the profile says so', FOUND, YOUNG, 1, 'unproven'],
  ['an unproven pod where the profile only reports', { ...FOUND, spec: { ...SPEC, onUnproven: 'report' } }, YOUNG, 1, undefined],
  ['a pod of which nobody can tell', { ...FOUND, proven: undefined }, YOUNG, 1, undefined],
  ['a proven pod', PROVEN, YOUNG, 59_999, undefined],
  ['an unproven pod of a namespace that only warns', { ...FOUND, mode: 'warn' }, YOUNG, 1, undefined],
  ['a static pod, which would come back', { ...FOUND, static: true }, YOUNG, 90_000, undefined],
  ['a pod whose profile is missing', { mode: 'enforce', profile: 'none', proven: false, static: false, faults: [] }, YOUNG, 90_000, undefined],
  ['a pod without an end at its longest life', PROVEN, YOUNG, 60_000, 'expired'],
  ['a pod that names its end', PROVEN, { created: 0, endless: false }, 90_000, undefined],
  ['a pod without an end where the profile refuses those', { ...PROVEN, spec: { ...SPEC, lifetimeUnset: 'deny' } }, YOUNG, 90_000, undefined],
  ['an old pod of which nobody can tell otherwise', { ...FOUND, proven: undefined }, YOUNG, 60_000, 'expired'],
])('%s', (_what, assessment, age, now, reason) => {
  expect(evictionReason(assessment, age, now)).toBe(reason);
});

test('a pod that ends by itself is never recycled', () => {
  expect(endOf(SPEC, { created: 5, endless: false })).toBe(Number.POSITIVE_INFINITY);
  expect(endOf(SPEC, { created: 5, endless: true })).toBe(60_005);
});

describe('the eviction', () => {
  const POD = { metadata: { namespace: 'agents', name: 'a', uid: 'u', resourceVersion: '7' } };

  test('holds for exactly the pod that was judged, as it was then', async () => {
    const store = new KubeStore();
    expect(await evict(store.client, POD, false, AbortSignal.timeout(1_000))).toBe('evicted');
    expect([...store.objects]).toMatchObject([['/api/v1/namespaces/agents/pods/a/eviction/a', { apiVersion: 'policy/v1', kind: 'Eviction', deleteOptions: { preconditions: { uid: 'u', resourceVersion: '7' } } }]]);
  });

  test.each([[404, 'gone'], [409, 'changed'], [429, 'refused']])('that ends in %i is told as %s', async (status, outcome) => {
    const store = new KubeStore();
    store.beforeWrite = () => {
      throw new KubeFault('refused', 'no', { status });
    };
    expect(await evict(store.client, POD, false, AbortSignal.timeout(1_000))).toBe(outcome);
  });
});
