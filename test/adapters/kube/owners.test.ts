import { describe, expect, test } from 'vitest';
import { controllerOf, type Owned, type OwnerClaim, ownerNames, readReferences, topmostOwner, workloadsOf } from '../../../src/adapters/kube/owners.ts';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const RS = '/apis/apps/v1/namespaces/agents/replicasets/triage-5d9';
const DEPLOYMENT = '/apis/apps/v1/namespaces/agents/deployments/triage';
const claim = (kind: string, name: string, uid: string, apiVersion = 'apps/v1'): OwnerClaim & { controller: boolean } => ({ apiVersion, kind, name, uid, controller: true });
const owned = (owner?: OwnerClaim): Owned => ({ namespace: 'agents', name: 'triage-5d9-x', uid: 'uid-1', ...(owner && { owner }) });
const template = (image: string, labels: object = { app: 'triage' }, annotations?: object) => ({ metadata: { labels, ...(annotations && { annotations }) }, spec: { containers: [{ name: 'a', image }] } });

function cluster(replicaSet: object = template('agent:1', { app: 'triage', 'pod-template-hash': '5d9' })): KubeStore {
  const store = new KubeStore();
  store.put(RS, { metadata: { name: 'triage-5d9', uid: 'rs', ownerReferences: [claim('Deployment', 'triage', 'deployment')] }, spec: { template: replicaSet } });
  store.put(DEPLOYMENT, { metadata: { name: 'triage', uid: 'deployment' }, spec: { template: template('agent:1') } });
  return store;
}

describe('a pod without a label for its agent is named after', () => {

  test.each([
    ['itself where nobody owns it', undefined, 'triage-5d9-x'],
    ['the Deployment above its ReplicaSet', claim('ReplicaSet', 'triage-5d9', 'rs'), 'triage'],
    ['the Deployment that owns it directly', claim('Deployment', 'triage', 'deployment'), 'triage'],
    ['itself where the claimed owner has another uid', claim('Deployment', 'triage', 'forged'), 'triage-5d9-x'],
    ['itself where the claimed owner is not there', claim('Deployment', 'absent', 'deployment'), 'triage-5d9-x'],
    ['itself where the claimed owner is of a kind that is not looked up', claim('Deployment', 'triage', 'deployment', 'apps.example/v1'), 'triage-5d9-x'],
    ['itself where the claimed name would lead elsewhere', claim('Deployment', '../../secrets/x', 'deployment'), 'triage-5d9-x'],
  ])('%s', async (_name, owner, name) => {
    expect(await ownerNames(cluster().client)(owned(owner))).toBe(name);
  });

  test('its ReplicaSet, where the claim of that one is forged', async () => {
    const store = cluster();
    store.put(RS, { metadata: { name: 'triage-5d9', uid: 'rs', ownerReferences: [claim('Deployment', 'triage', 'forged')] }, spec: {} });
    expect(await ownerNames(store.client)(owned(claim('ReplicaSet', 'triage-5d9', 'rs')))).toBe('triage-5d9');
  });

  test('the same at every look, without another request', async () => {
    const store = cluster();
    const nameOf = ownerNames(store.client);
    await nameOf(owned(claim('ReplicaSet', 'triage-5d9', 'rs')));
    const requests = store.requests.length;
    expect(await nameOf(owned(claim('ReplicaSet', 'triage-5d9', 'rs')))).toBe('triage');
    expect(store.requests).toHaveLength(requests);
  });

  test('nothing yet where the API server does not answer: a wrong name would stand in the records', async () => {
    const client = { ...cluster().client, get: () => Promise.reject(new Error('no answer')) };
    await expect(ownerNames(client)(owned(claim('ReplicaSet', 'triage-5d9', 'rs')))).rejects.toThrow('no answer');
  });
});

describe('the workloads that own a pod are', () => {
  const signal = new AbortController().signal;
  const ofPod = (store: KubeStore, owner: OwnerClaim | undefined) => workloadsOf(store.client, 'agents', owner, signal);
  const byRS = claim('ReplicaSet', 'triage-5d9', 'rs');

  test.each<[string, OwnerClaim | undefined, KubeStore, string[]]>([
    ['its ReplicaSet and the Deployment of whose template that is made', byRS, cluster(), ['ReplicaSet triage-5d9', 'Deployment triage']],
    ['its ReplicaSet alone, where that is made of another template than the Deployment has', byRS, cluster(template('other:1')), ['ReplicaSet triage-5d9']],
    ['its ReplicaSet alone, where that has other labels', byRS, cluster(template('agent:1', { app: 'triage', extra: 'x' })), ['ReplicaSet triage-5d9']],
    ['its ReplicaSet alone, where that has annotations of its own', byRS, cluster(template('agent:1', { app: 'triage' }, { a: 'b' })), ['ReplicaSet triage-5d9']],
    ['none, where nobody owns it', undefined, cluster(), []],
    ['none, where the ReplicaSet has another uid', claim('ReplicaSet', 'triage-5d9', 'forged'), cluster(), []],
    ['none, where the claim is of another kind by the same name and uid', claim('StatefulSet', 'triage-5d9', 'rs'), cluster(), []],
    ['none, where the claim is of a kind that somebody else makes pods of', claim('Sandbox', 'triage-5d9', 'rs', 'agents.x-k8s.io/v1alpha1'), cluster(), []],
  ])('%s', async (_, owner, store, expected) => {
    const found = await ofPod(store, owner);
    expect(found.known && found.value.map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
  });

  test('a Job and the CronJob of whose template it is made', async () => {
    const store = new KubeStore();
    const [made, labels] = [{ 'controller-uid': 'job', 'batch.kubernetes.io/controller-uid': 'job', 'job-name': 'nightly-1', 'batch.kubernetes.io/job-name': 'nightly-1' }, { app: 'nightly' }];
    store.put('/apis/batch/v1/namespaces/agents/jobs/nightly-1', { metadata: { name: 'nightly-1', uid: 'job', ownerReferences: [claim('CronJob', 'nightly', 'cron', 'batch/v1')] }, spec: { template: template('agent:1', { ...labels, ...made }) } });
    store.put('/apis/batch/v1/namespaces/agents/cronjobs/nightly', { metadata: { name: 'nightly', uid: 'cron' }, spec: { jobTemplate: { spec: { template: template('agent:1', labels) } } } });
    expect(await ofPod(store, claim('Job', 'nightly-1', 'job', 'batch/v1'))).toEqual({ known: true, value: [{ kind: 'Job', name: 'nightly-1' }, { kind: 'CronJob', name: 'nightly' }] });
  });

  test('not known where the API server does not tell', async () => {
    const client = { ...cluster().client, get: () => Promise.reject(new KubeFault('timeout', 'no answer in time')) };
    expect(await workloadsOf(client, 'agents', byRS, signal)).toEqual({ known: false, sentence: 'The owners of the pod are not known, because the API server did not tell (no answer in time); try again.' });
  });
});

test('the topmost owner is told with its uid, for Events', async () => {
  expect(await topmostOwner(cluster().client, 'agents', claim('ReplicaSet', 'triage-5d9', 'rs'))).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'triage', uid: 'deployment' });
  expect(await topmostOwner(cluster().client, 'agents', undefined)).toBeUndefined();
});

test('owner references of hostile metadata are read whole or not at all, and only the controller counts', () => {
  expect(readReferences({ ownerReferences: 'x' })).toEqual([]);
  expect(readReferences(undefined)).toEqual([]);
  const { controller: _, ...bystander } = claim('Deployment', 'triage', 'deployment');
  expect(controllerOf(readReferences({ ownerReferences: [bystander] }))).toBeUndefined();
  expect(controllerOf(readReferences({ ownerReferences: [bystander, claim('ReplicaSet', 'a', 'b')] }))).toEqual({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: 'b' });
});
