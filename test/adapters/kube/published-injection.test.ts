import { expect, test } from 'vitest';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { publishInjection, readPublishedInjection } from '../../../src/adapters/kube/published-injection.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const BASE = { image: 'registry.example.com/sallyport:1', imagePullPolicy: 'Always', controllerUrl: 'https://controller.example', resolver: '192.0.2.10', clusterDomain: 'cluster.local', probes: [] } as const;
const CONFIG_MAP = '/api/v1/namespaces/system/configmaps/sallyport-injection';

const key = (letter: string): string => letter.repeat(43);

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

test.each<[string, Record<string, unknown>]>([
  ['nothing', {}],
  ['no keys', { 'base.json': JSON.stringify(BASE), 'receipt-keys': '\n' }],
  ['a key of another length', { 'base.json': JSON.stringify(BASE), 'receipt-keys': `${key('a')}\n${key('b')}b` }],
  ['a base with a member that this version does not know', { 'base.json': JSON.stringify({ ...BASE, sidecar: 'none' }), 'receipt-keys': key('a') }],
  ['a base that lacks one', { 'base.json': JSON.stringify({ image: BASE.image }), 'receipt-keys': key('a') }],
])('who reads a ConfigMap with %s proves nothing by it, and is told the way out', (_, data) => {
  expect(readPublishedInjection({ metadata: { name: 'sallyport-injection' }, data })).toEqual({ known: false, sentence: expect.stringContaining('delete it and restart the webhook, which writes it again') });
});

test('a replica that loses every race gives up, with the conflict', async () => {
  const store = new KubeStore();
  store.beforeWrite = () => {
    throw new KubeFault('conflict', 'another was faster');
  };
  await expect(publishInjection(store.client, 'system', { base: BASE, key: key('a') })).rejects.toMatchObject({ code: 'conflict' });
});
