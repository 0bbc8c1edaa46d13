import { createPrivateKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { readTrust } from '../../../src/adapters/kube/trust.ts';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import type { KubeObject } from '../../../src/adapters/kube/client.ts';
import { keepEvidenceKey } from '../../../src/apps/controller/evidence-key.ts';
import { keepLinkKey } from '../../../src/apps/controller/link-key.ts';
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
