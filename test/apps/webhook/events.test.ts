import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Told } from '../../../src/adapters/kube/events.ts';
import { podEvents } from '../../../src/apps/webhook/events.ts';
import type { AdmissionAnswer } from '../../../src/core/admission/answer.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import type { Fault } from '../../../src/core/checks/check.ts';
import { goodPod } from '../../core/checks/pods.ts';

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'triage', uid: 'u-1' };
const FAULT: Fault = { check: 'seccomp', reason: 'seccomp-unset', field: 'spec', message: 'no profile is set', fix: 'set one', link: 'docs', weight: 'deny' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
const KIND = { group: '', version: 'v1', kind: 'Pod' };

const owned = (name: string) => ({ ...goodPod(), metadata: { generateName: 'triage-5d8f-', labels: { pod: name }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'triage-5d8f', uid: 'r-1', controller: true }] } });
const creation = (changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({ uid: 'a', kind: KIND, resource: PODS, namespace: 'agents', operation: 'CREATE', object: owned('a'), ...changes });
const answer = (changes: Partial<AdmissionAnswer> = {}): AdmissionAnswer => ({ uid: 'a', allowed: false, mode: 'enforce', faults: [FAULT], message: 'refused', warnings: [], auditAnnotations: {}, ...changes });
const PASSED = answer({ allowed: true, faults: [] });

function world(owner: typeof DEPLOYMENT | 'nobody' = DEPLOYMENT) {
  const told: Told[] = [];
  const asked: string[] = [];
  const events = podEvents({ recorder: { tell: (event) => told.push(event) }, owner: async (namespace) => { asked.push(namespace); return owner === 'nobody' ? undefined : owner; } });
  return { events, told, asked, subject: () => told[0]?.subject(AbortSignal.timeout(100)) };
}

describe('a refused pod', () => {
  test('is told on the workload that owns it, in words that are the same for each of its pods', async () => {
    const { events, told, subject } = world();
    events.decided('validate', creation(), answer());
    events.decided('validate', creation({ uid: 'b', object: owned('b') }), answer());
    expect(told[0]).toMatchObject({ namespace: 'agents', type: 'Warning', reason: 'SallyportRefused', message: 'Refused (create): [seccomp] spec: no profile is set' });
    expect([told[1]?.about, told[1]?.message]).toEqual([told[0]?.about, told[0]?.message]);
    expect(await subject()).toEqual({ ...DEPLOYMENT, namespace: 'agents' });
  });

  test('of nobody\'s is told on itself, by how its name begins where that is made up later', async () => {
    const { events, subject } = world('nobody');
    events.decided('validate', creation(), answer());
    expect(await subject()).toEqual({ apiVersion: 'v1', kind: 'Pod', namespace: 'agents', name: 'triage-5d8f' });
  });

  test('that nobody was able to judge is told with the sentence that says why', () => {
    const { events, told } = world();
    events.decided('mutate', creation(), answer({ faults: [], message: 'The controller has not said yet whom sidecars may trust.' }));
    expect(told[0]?.message).toBe('Refused (create): The controller has not said yet whom sidecars may trust.');
  });

  test('names only some of many faults', () => {
    const { events, told } = world();
    events.decided('validate', creation(), answer({ faults: Array.from({ length: 40 }, () => FAULT) }));
    expect(told[0]?.message).toMatch(/; and 34 more$/);
  });

  test('nobody looks for its owner before the Event is written', () => {
    const { events, asked } = world();
    events.decided('validate', creation(), answer());
    expect(asked).toEqual([]);
  });
});

test('an Event that waits holds on to no object of the request, of which each may have megabytes', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { events, told } = world();
  const refuse = (): WeakRef<object> => {
    const object = owned('a');
    events.decided('validate', creation({ object }), answer());
    return new WeakRef(object);
  };
  const held = refuse();
  await new Promise((resolve) => { setTimeout(resolve, 0); });
  collect();
  expect(told).toHaveLength(1);
  expect(held.deref()).toBeUndefined();
});

test('what somebody wanted of a running pod is told on the pod', async () => {
  const { events, told, subject } = world();
  events.decided('validate', creation({ operation: 'CONNECT', subResource: 'exec', name: 'triage-0', object: {} }), answer());
  expect(told[0]?.message).toBe('Refused (connect exec): [seccomp] spec: no profile is set');
  expect(await subject()).toMatchObject({ kind: 'Pod', name: 'triage-0' });
});

test('a pod that passes is told once, by the side that has the last word, and only where it was injected', () => {
  const { events, told } = world();
  events.decided('mutate', creation(), PASSED);
  events.decided('validate', creation({ operation: 'UPDATE' }), PASSED);
  events.decided('validate', creation({ subResource: 'binding' }), PASSED);
  events.decided('validate', creation(), { ...PASSED, mode: 'warn' });
  expect(told).toEqual([]);
  events.decided('validate', creation(), PASSED);
  expect(told).toMatchObject([{ type: 'Normal', reason: 'SallyportInjected' }]);
});

test('each Exemption that let something pass is told, with the checks that it covered', () => {
  const { events, told } = world();
  const exempted = [{ exemption: 'debug', fault: FAULT }, { exemption: 'debug', fault: { ...FAULT, check: 'windows' } }, { exemption: 'other', fault: FAULT }];
  events.decided('validate', creation({ operation: 'UPDATE' }), { ...PASSED, exempted });
  expect(told.map(({ message }) => message)).toEqual(['Exemption debug let faults pass: seccomp, windows', 'Exemption other let faults pass: seccomp']);
});

test.each<[string, Partial<AdmissionRequest>]>([
  ['a dry run', { dryRun: true }],
  ['a template, whose author was told', { resource: { group: 'apps', version: 'v1', resource: 'deployments' }, kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }],
  ['what names no namespace', { namespace: '' }],
])('%s tells nothing', (_what, changes) => {
  const { events, told } = world();
  events.decided('validate', creation(changes), answer());
  expect(told).toEqual([]);
});

test('whatever an object is, nothing is thrown', () => {
  const { events } = world();
  for (const object of [undefined, null, 5, 'x', [], {}, { metadata: 5 }, { metadata: { ownerReferences: [null, 5, { controller: true }] } }]) {
    expect(() => events.decided('validate', creation({ object }), answer())).not.toThrow();
  }
});
