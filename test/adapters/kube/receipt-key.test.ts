import { expect, test } from 'vitest';
import { keepReceiptKey } from '../../../src/adapters/kube/receipt-key.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { issueReceipt, receiptReader } from '../../../src/core/injection/receipt.ts';
import { goodPod, SETTINGS } from '../../core/checks/pods.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const SECRET = '/api/v1/namespaces/system/secrets/sallyport-receipt-key';

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
