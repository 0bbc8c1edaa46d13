import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/adapters/kube/client.ts';
import { type EventRecorder, recordEvents, type Told } from '../../../src/adapters/kube/events.ts';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { KubeStore } from '../../fakes/kube-store.ts';
import { soon } from '../../fakes/soon.ts';

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'agents', name: 'triage', uid: 'u-1' };
const NOW = Date.parse('2026-01-02T03:04:05.678Z');

const recorders: EventRecorder[] = [];
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()));
});

function world({ store = new KubeStore(), now = () => NOW } = {}) {
  const faults: KubeFault[] = [];
  const dropped = { count: 0 };
  const recorder = recordEvents({
    client: store.client, component: 'sallyport-webhook', now, timing: { gather: 5, between: 0 },
    onFault: (fault) => faults.push(fault), onDropped: () => { dropped.count += 1; },
  });
  recorders.push(recorder);
  return { store, recorder, faults, dropped };
}

const told = (changes: Partial<Told> = {}): Told => ({
  namespace: 'agents', about: 'triage', subject: async () => DEPLOYMENT, type: 'Warning', reason: 'SallyportRefused', message: 'no limits', ...changes,
});

const events = (store: KubeStore): KubeObject[] => [...store.objects.values()];
const written = (store: KubeStore, count: number): Promise<KubeObject[]> => soon(`${count} events`, () => (events(store).length === count ? events(store) : undefined));

test('is written about its subject, in the words of the API', async () => {
  const { store, recorder } = world();
  recorder.tell(told());
  const [event] = await written(store, 1);
  expect(event).toMatchObject({
    apiVersion: 'v1', kind: 'Event', type: 'Warning', reason: 'SallyportRefused', message: 'no limits', count: 1,
    firstTimestamp: '2026-01-02T03:04:05Z', lastTimestamp: '2026-01-02T03:04:05Z', source: { component: 'sallyport-webhook' },
    involvedObject: DEPLOYMENT,
  });
  expect(event?.metadata.name).toMatch(/^triage\.[0-9a-f]{16}$/);
});

test('what happens again at once is one write, and later raises the count of the same object, whoever wrote it', async () => {
  const first = world();
  for (let time = 0; time < 10; time += 1) first.recorder.tell(told());
  expect(await written(first.store, 1)).toMatchObject([{ count: 10 }]);
  expect(first.store.requests.filter((one) => one.startsWith('PUT'))).toHaveLength(1);
  const second = world({ store: first.store, now: () => NOW + 60_000 });
  second.recorder.tell(told());
  await soon('the count to rise', () => (events(first.store)[0]?.['count'] === 11 ? true : undefined));
  expect(events(first.store)).toMatchObject([{ count: 11, firstTimestamp: '2026-01-02T03:04:05Z', lastTimestamp: '2026-01-02T03:05:05Z' }]);
});

test('another message, reason or subject is another Event', async () => {
  const { store, recorder } = world();
  recorder.tell(told());
  recorder.tell(told({ message: 'no digest' }));
  recorder.tell(told({ reason: 'SallyportInjected' }));
  recorder.tell(told({ about: 'other', subject: async () => ({ ...DEPLOYMENT, name: 'other', uid: 'u-2' }) }));
  expect(new Set((await written(store, 4)).map(({ metadata }) => metadata.name)).size).toBe(4);
});

test('a write that another replica is quicker with is tried again on what that one wrote', async () => {
  const { store, recorder } = world();
  recorder.tell(told());
  const [{ metadata } = { metadata: { name: '' } }] = await written(store, 1);
  let disturbed = false;
  store.beforeWrite = (path) => {
    if (disturbed) return;
    disturbed = true;
    const found = store.objects.get(path);
    if (found !== undefined) store.put(path, { ...found, count: 5 });
  };
  recorder.tell(told());
  await soon('both counts in one', () => (store.objects.get(`/api/v1/namespaces/agents/events/${metadata.name}`)?.['count'] === 6 ? true : undefined));
});

test('one namespace\'s noise is left out and counted, and the others are told all the same', async () => {
  const { store, recorder, dropped } = world();
  for (let index = 0; index < 80; index += 1) recorder.tell(told({ message: `noise ${index}` }));
  recorder.tell(told({ namespace: 'lab', message: 'quiet' }));
  await soon('all that is not left out', () => (events(store).some(({ metadata }) => metadata.namespace === 'agents') && store.requests.length > 100 ? true : undefined));
  expect(dropped.count).toBe(30);
  expect([...store.objects.keys()].some((path) => path.startsWith('/api/v1/namespaces/lab/'))).toBe(true);
});

test('a namespace gets a hundred new objects at once and then one each half minute', async () => {
  const { store, recorder, dropped } = world();
  for (let round = 1; round <= 3; round += 1) {
    for (let index = 0; index < 50; index += 1) recorder.tell(told({ message: `${round} ${index}` }));
    await soon('all of the round', () => (store.requests.filter((one) => one.startsWith('GET')).length === round * 50 ? true : undefined));
  }
  await soon('the rest to be left out', () => (dropped.count === 50 ? true : undefined));
  expect(store.objects.size).toBe(100);
});

test('what cannot be written is left out, told, and does not keep the next one from being written', async () => {
  const { store, recorder, faults, dropped } = world();
  store.beforeWrite = () => {
    store.beforeWrite = () => undefined;
    throw new KubeFault('forbidden', 'the namespace is being terminated');
  };
  recorder.tell(told());
  recorder.tell(told({ message: 'second' }));
  expect(await written(store, 1)).toMatchObject([{ message: 'second' }]);
  expect(faults).toMatchObject([{ code: 'forbidden' }]);
  expect(dropped.count).toBe(1);
});

test('an endless message is cut at what the API takes', async () => {
  const { store, recorder } = world();
  recorder.tell(told({ message: 'x'.repeat(5_000) }));
  expect((await written(store, 1))[0]?.['message']).toHaveLength(1_024);
});

test('after the end nothing is written', async () => {
  const { store, recorder } = world();
  recorder.tell(told());
  await recorder.stop();
  recorder.tell(told({ message: 'late' }));
  expect(store.objects.size).toBe(0);
});
