import { expect, test } from 'vitest';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { publishInjection, readPublishedInjection } from '../../../src/adapters/kube/published-injection.ts';
import { keepReceiptKey } from '../../../src/adapters/kube/receipt-key.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { issueReceipt, receiptReader } from '../../../src/core/injection/receipt.ts';
import { goodPod, SETTINGS } from '../../core/checks/pods.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const BASE = { image: 'registry.example.com/sallyport:1', imagePullPolicy: 'Always', controllerUrl: 'https://controller.example', resolver: '192.0.2.10', clusterDomain: 'cluster.local', probes: [] } as const;
const SECRET = '/api/v1/namespaces/system/secrets/sallyport-receipt-key';
const CONFIG_MAP = '/api/v1/namespaces/system/configmaps/sallyport-injection';

const key = (letter: string): string => letter.repeat(43);

test('replicas that start at once end up with one key', async () => {
  const store = new KubeStore();
  const keys = await Promise.all([1, 2, 3].map(() => keepReceiptKey(store.client, 'system')));
  expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(1);
  expect(store.requests.filter((one) => one === `PUT ${SECRET}`)).toHaveLength(1);
});

test('what the key signs, its public half proves', async () => {
  const { publicKey, sign } = await keepReceiptKey(new KubeStore().client, 'system');
  const pod = inject(goodPod(), SETTINGS);
  const receipt = issueReceipt(pod, sign) ?? '';
  expect(receiptReader([publicKey])({ ...pod, metadata: { ...pod.metadata, annotations: { 'sallyport.dev/receipt': receipt } } })).toMatchObject({ known: true });
});

test('a Secret that holds no such key is told about, with the way out', async () => {
  const store = new KubeStore();
  store.put(SECRET, { metadata: { name: 'sallyport-receipt-key' }, data: { 'private.pem': 'bm90IGEga2V5' } });
  await expect(keepReceiptKey(store.client, 'system')).rejects.toThrow(/expected an Ed25519 private key in Secret sallyport-receipt-key in system, got something else; delete it/);
});

test('a published key stands before the earlier ones, and the base is the newest', async () => {
  const { client, objects } = new KubeStore();
  expect(await publishInjection(client, 'system', { base: BASE, key: key('a') })).toEqual([key('a')]);
  expect(await publishInjection(client, 'system', { base: { ...BASE, image: 'registry.example.com/sallyport:2' }, key: key('b') })).toEqual([key('b'), key('a')]);
  expect(await publishInjection(client, 'system', { base: BASE, key: key('b') })).toEqual([key('b'), key('a')]);
  expect(readPublishedInjection(objects.get(CONFIG_MAP) ?? { metadata: { name: '' } })).toEqual({ known: true, value: { base: BASE, keys: [key('b'), key('a')] } });
});

test('replicas that publish at once lose no key, and the oldest of many go', async () => {
  const { client } = new KubeStore();
  const letters = [...'abcd'];
  await Promise.all(letters.map((letter) => publishInjection(client, 'system', { base: BASE, key: key(letter) })));
  expect((await publishInjection(client, 'system', { base: BASE, key: key('e') })).toSorted()).toEqual([...letters, 'e'].map(key));
  for (const letter of 'fghijk') await publishInjection(client, 'system', { base: BASE, key: key(letter) });
  expect(await publishInjection(client, 'system', { base: BASE, key: key('l') })).toHaveLength(8);
});

test('a ConfigMap that somebody broke is written again, without what cannot be a key', async () => {
  const store = new KubeStore();
  const broken = { metadata: { name: 'sallyport-injection' }, data: { 'base.json': '{', 'receipt-keys': 'no key' } };
  expect(readPublishedInjection(broken)).toMatchObject({ known: false });
  store.put(CONFIG_MAP, broken);
  expect(await publishInjection(store.client, 'system', { base: BASE, key: key('a') })).toEqual([key('a')]);
});

test('an API server that does not take it is told as it is', async () => {
  const store = new KubeStore();
  store.beforeWrite = () => {
    throw new KubeFault('forbidden', 'no');
  };
  await expect(publishInjection(store.client, 'system', { base: BASE, key: key('a') })).rejects.toMatchObject({ code: 'forbidden' });
});
