import { createPrivateKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { readTrust } from '../../../src/adapters/kube/trust.ts';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import type { KubeObject } from '../../../src/adapters/kube/client.ts';
import { type OwnerClaim, ownerNames } from '../../../src/adapters/kube/owners.ts';
import { keepEvidenceKey } from '../../../src/apps/controller/evidence-key.ts';
import { keepLinkKey } from '../../../src/apps/controller/link-key.ts';
import type { LivePod } from '../../../src/apps/controller/live-pod.ts';
import { publishTrust } from '../../../src/apps/controller/trust.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const SECRETS = '/api/v1/namespaces/sallyport-system/secrets';

describe.each([
  ['that signs snapshots', 'sallyport-link-key', keepLinkKey],
  ['that payloads are sealed to', 'sallyport-evidence-key', keepEvidenceKey],
])('the key %s', (_name, secret, keep) => {
  test('is made once, however many replicas start', async () => {
    const store = new KubeStore();
    const kept = await Promise.all([keep(store.client, 'sallyport-system'), keep(store.client, 'sallyport-system')]);
    expect(new Set(kept.map(({ kid }) => kid)).size).toBe(1);
    expect((await keep(store.client, 'sallyport-system')).kid).toBe(kept[0]?.kid);
    expect([...store.objects.keys()]).toEqual([`${SECRETS}/${secret}`]);
  });

  test('is the one of another replica that was quicker by the whole of a look', async () => {
    const store = new KubeStore();
    const quicker = new KubeStore();
    const first = await keep(quicker.client, 'sallyport-system');
    store.beforeWrite = () => { store.put(`${SECRETS}/${secret}`, quicker.objects.get(`${SECRETS}/${secret}`)!); };
    expect((await keep(store.client, 'sallyport-system')).kid).toBe(first.kid);
  });

  test('is not replaced where its Secret holds something else, which may be all that is left of it', async () => {
    const store = new KubeStore();
    const other = { metadata: { name: secret }, data: { 'private.pem': 'aGVsbG8=' } };
    store.put(`${SECRETS}/${secret}`, other);
    await expect(keep(store.client, 'sallyport-system')).rejects.toMatchObject({ code: 'key-invalid', message: expect.not.stringContaining('hello') });
    expect(store.objects.get(`${SECRETS}/${secret}`)?.['data']).toEqual(other.data);
  });

  test('is not made where the API server does not say whether there is one', async () => {
    const store = new KubeStore();
    const client = { ...store.client, get: () => Promise.reject(new Error('no answer')) };
    await expect(keep(client, 'sallyport-system')).rejects.toThrow('no answer');
    expect(store.objects.size).toBe(0);
  });
});

test('of the key that payloads are sealed to, the controller holds the public half alone, named by its thumbprint', async () => {
  const store = new KubeStore();
  const kept = await keepEvidenceKey(store.client, 'sallyport-system');
  const secret = await store.client.get<{ data: { 'private.pem': string } }>(`${SECRETS}/sallyport-evidence-key`);
  const { d, ...own } = await exportJWK(createPrivateKey(Buffer.from(secret.data['private.pem'], 'base64').toString()));
  expect(d).toHaveLength(43);
  expect(kept).toEqual({ ...own, kid: await calculateJwkThumbprint(own) });
});

test('the trust is written as the webhook reads it', async () => {
  const store = new KubeStore();
  const { cert } = await mintAuthority({ commonName: 'Test CA', now: Date.now(), lifetime: 86_400_000 });
  const key = Buffer.alloc(32, 7).toString('base64url');
  const publication = await publishTrust(store.client, 'sallyport-system', () => ({ ca: cert, keys: [key] }), () => undefined);
  publication.stop();
  const written = store.objects.get('/api/v1/namespaces/sallyport-system/configmaps/sallyport-trust');
  expect(readTrust(written as KubeObject)).toEqual({ trust: { ca: cert, keys: [key] } });
});

const RS = '/apis/apps/v1/namespaces/agents/replicasets/triage-5d9';
const DEPLOYMENT = '/apis/apps/v1/namespaces/agents/deployments/triage';
const claim = (kind: string, name: string, uid: string, apiVersion = 'apps/v1'): OwnerClaim & { controller: boolean } => ({ apiVersion, kind, name, uid, controller: true });
const owned = (owner?: OwnerClaim): LivePod => ({ namespace: 'agents', name: 'triage-5d9-x', uid: 'uid-1', serviceAccount: 'default', labels: {}, finished: false, ...(owner && { owner }) });

describe('a pod without a label for its agent is named after', () => {
  function cluster(): KubeStore {
    const store = new KubeStore();
    store.put(RS, { metadata: { name: 'triage-5d9', uid: 'rs', ownerReferences: [claim('Deployment', 'triage', 'deployment')] } });
    store.put(DEPLOYMENT, { metadata: { name: 'triage', uid: 'deployment' } });
    return store;
  }

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
    store.put(RS, { metadata: { name: 'triage-5d9', uid: 'rs', ownerReferences: [claim('Deployment', 'triage', 'forged')] } });
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
