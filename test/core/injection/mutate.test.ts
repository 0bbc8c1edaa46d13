import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { review } from '../../../src/core/admission/review.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { mutate, type MutationContext } from '../../../src/core/injection/mutate.ts';
import { contextOf, creationOf, DEPLOYMENT, updateOf } from '../admission/requests.ts';
import { goodPod, SETTINGS } from '../checks/pods.ts';

const enforce: MutationContext = { namespaceLabels: { 'sallyport.dev/agents': 'enforce' }, settings: SETTINGS };

describe('the injector', () => {
  test('patches a pod that is created', () => {
    expect(mutate(creationOf(goodPod()), enforce).patch?.length).toBeGreaterThan(0);
  });

  test('has nothing to do for a pod that is injected already', () => {
    expect(mutate(creationOf(inject(goodPod(), SETTINGS)), enforce)).not.toHaveProperty('patch');
  });

  test('takes the namespace of the request, which the manifest may leave out', () => {
    const patch = mutate(creationOf({ spec: goodPod().spec }, { namespace: 'lab' }), enforce).patch;
    expect(JSON.stringify(patch)).toContain('"lab.svc.cluster.local"');
    expect(patch?.every(({ path }) => path.startsWith('/spec/'))).toBe(true);
  });

  test.each([['warn'], ['audit']])('changes nothing in a namespace that only wants to %s', (mode) => {
    expect(mutate(creationOf(goodPod()), { ...enforce, namespaceLabels: { 'sallyport.dev/agents': mode } })).toMatchObject({ allowed: true });
    expect(mutate(creationOf(goodPod()), { ...enforce, namespaceLabels: { 'sallyport.dev/agents': mode } })).not.toHaveProperty('patch');
  });

  test('changes no running pod (kyverno#486)', () => {
    expect(mutate(updateOf(goodPod(), goodPod()), enforce)).not.toHaveProperty('patch');
    expect(mutate(updateOf(goodPod(), goodPod()), enforce).allowed).toBe(true);
  });

  test('leaves Windows pods to the review, which refuses them', () => {
    const pod = goodPod({ os: { name: 'windows' } });
    expect(mutate(creationOf(pod), enforce)).not.toHaveProperty('patch');
    expect(review(creationOf(pod), contextOf()).faults.map(({ reason }) => reason)).toContain('windows');
  });

  test('refuses where the cluster\'s trust is not known', () => {
    const { settings: _, ...context } = enforce;
    const answer = mutate(creationOf(goodPod()), context);
    expect(answer).toMatchObject({ allowed: false, faults: [{ reason: 'trust-missing' }] });
  });

  test('refuses what is no pod, and a pod that cannot be read', () => {
    expect(mutate(creationOf({}, { kind: DEPLOYMENT }), enforce)).toMatchObject({ allowed: false, faults: [{ reason: 'unknown-kind' }] });
    expect(mutate(creationOf({ spec: { containers: 5 } }), enforce)).toMatchObject({ allowed: false, faults: [{ reason: 'malformed', field: 'spec.containers' }] });
  });

  test('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      for (const object of [a, { spec: a, metadata: b }, { spec: { containers: [{ name: 'app', env: a }], volumes: b } }]) {
        const answer = mutate(creationOf(object), enforce);
        expect(answer.allowed || answer.faults.length > 0).toBe(true);
      }
    }), { numRuns: 300 });
  });
});
