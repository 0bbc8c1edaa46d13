import { describe, expect, test } from 'vitest';
import type { CheckContext } from '../../../src/core/checks/check.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { CONTAINED, faultsOf, goodPod } from './pods.ts';

const { activeDeadlineSeconds: _, ...spec } = goodPod().spec;
const denying = { ...CONTAINED, spec: { ...CONTAINED.spec, lifetimeUnset: 'deny' as const } };
const owned = (apiVersion: string, kind: string, controller = true): Pod => ({ metadata: { ownerReferences: [{ apiVersion, kind, name: 'x', uid: 'u', controller }] }, spec });
const found = (pod: Pod, context: Partial<CheckContext> = {}) => faultsOf(pod, context).map(({ reason, weight }) => `${reason} ${weight}`);
const UNBOUNDED = ['lifetime-unbounded deny'];

describe('a pod without an end', () => {
  test.each([
    ['of nobody', { spec }],
    ['of a Job, which could have one', owned('batch/v1', 'Job')],
    ['of a kind that nobody knows', owned('agents.x-k8s.io/v1alpha1', 'Sandbox')],
    ['of a ReplicaSet of another group', owned('apps.example.com/v1', 'ReplicaSet')],
    ['that a ReplicaSet owns and does not control', owned('apps/v1', 'ReplicaSet', false)],
  ])('%s is refused', (_sentence, pod) => {
    expect(found(pod)).toEqual(UNBOUNDED);
  });

  test.each([['apps/v1', 'ReplicaSet'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'], ['v1', 'ReplicationController']])('of %s %s, which cannot have one, is let in and recycled, or refused, as the profile has it', (apiVersion, kind) => {
    expect(found(owned(apiVersion, kind))).toEqual([]);
    expect(found(owned(apiVersion, kind), { profile: denying })).toEqual(UNBOUNDED);
  });
});

describe('a template without an end', () => {
  test.each([['apps', 'Deployment', []], ['apps', 'StatefulSet', []], ['', 'ReplicationController', []], ['batch', 'Job', UNBOUNDED], ['batch', 'CronJob', UNBOUNDED]])('of %s %s', (group, kind, faults) => {
    expect(found({ spec }, { templateOf: { group, kind } })).toEqual(faults);
  });

  test('does not choose its owner by what its metadata say', () => {
    expect(found(owned('apps/v1', 'ReplicaSet'), { templateOf: { group: 'batch', kind: 'Job' } })).toEqual(UNBOUNDED);
  });
});

test('an end is an end, whoever owns the pod', () => {
  expect(found(goodPod(), { profile: denying })).toEqual([]);
});
