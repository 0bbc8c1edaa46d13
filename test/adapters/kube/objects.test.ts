import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeClient } from '../../../src/adapters/kube/client.ts';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { type WatchedObjects, watchObjects } from '../../../src/adapters/kube/objects.ts';
import type { ObjectFacts } from '../../../src/core/checks/facts.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const [POLICIES, CLASSES, AGENTS] = ['/apis/networking.k8s.io/v1/networkpolicies', '/apis/node.k8s.io/v1/runtimeclasses', '/apis/sallyport.dev/v1alpha1/agentpolicies'];
const inAgents = (path: string): string => path.replace(/([^/]+)$/, 'namespaces/agents/$1');
const signal = new AbortController().signal;

const policy = (name: string, spec: object = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }) => ({ metadata: { name, namespace: 'agents' }, spec });
const selecting = (name: string, spec: object) => ({ metadata: { name, namespace: 'agents' }, spec });

const silent = (things: string) => `The ${things} may have changed: nothing was heard of them for 80 s; see that the webhook reaches the API server, and try again.`;

let store: KubeStore;
let objects: WatchedObjects;
let clock: number;

async function follow(client: KubeClient = store.client): Promise<ObjectFacts> {
  objects = watchObjects({ client, now: () => clock, random: () => 0 });
  await vi.waitFor(() => expect(objects.missing()).toEqual([]), { timeout: 3_000, interval: 5 });
  return objects.facts;
}

beforeEach(() => {
  [store, clock] = [new KubeStore(), 1_000];
});

afterEach(() => objects.stop());

describe('what is watched', () => {
  test('is missing until it was listed, and unknown as long', async () => {
    objects = watchObjects({ client: store.client, now: () => clock, random: () => 0 });
    expect(objects.missing()).toEqual(['network policies not listed yet', 'runtime classes not listed yet', 'agent policies not listed yet']);
    expect(objects.facts.networkPolicies('agents')).toEqual({ known: false, sentence: 'The network policies have not been listed yet; try again.' });
    await vi.waitFor(() => expect(objects.facts.networkPolicies('agents')).toEqual({ known: true, value: [] }), { timeout: 3_000, interval: 5 });
  });

  test('are the network policies of one namespace, as checks read them', async () => {
    store.put(`${POLICIES}/a`, policy('a', { podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }] }));
    store.put(`${POLICIES}/b`, { ...policy('b'), metadata: { name: 'b', namespace: 'other' } });
    const facts = await follow();
    expect(facts.networkPolicies('agents')).toEqual({
      known: true,
      value: [{ name: 'a', podSelector: { matchLabels: { app: 'x' } }, policyTypes: ['Egress'], ingress: [], egress: [{ everybody: true, ports: [{ port: 443 }] }] }],
    });
    expect(facts.networkPolicies('nowhere')).toEqual({ known: true, value: [] });
  });

  test('are unknown where one of a namespace cannot be read: it may open what the others close', async () => {
    store.put(`${POLICIES}/a`, policy('a'));
    store.put(`${POLICIES}/b`, policy('b', { podSelector: 'all' }));
    expect((await follow()).networkPolicies('agents')).toMatchObject({ known: false, sentence: expect.stringContaining('A NetworkPolicy in namespace agents cannot be read') });
  });

  const WIDE = { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: Array.from({ length: 20_000 }, (_, index) => `app-${index}`) }] } };
  const UNREADABLE = { known: false, sentence: 'A NetworkPolicy in namespace agents cannot be read, or is longer than 32,768 characters, or there are more than 200; shorten or remove them.' };

  test('keep little of a policy that is too long, and only its own namespace hears of it', async () => {
    store.put(`${POLICIES}/wide`, policy('wide', WIDE));
    store.put(`${POLICIES}/b`, { ...policy('b'), metadata: { name: 'b', namespace: 'other' } });
    const facts = await follow();
    expect(facts.networkPolicies('agents')).toEqual(UNREADABLE);
    expect(facts.networkPolicies('other')).toMatchObject({ known: true, value: [{ name: 'b' }] });
  });

  test('keep two hundred policies of a namespace, and of each beyond nothing but the name', async () => {
    for (let index = 0; index < 201; index += 1) store.put(`${POLICIES}/p${index}`, policy(`p${index}`));
    expect((await follow()).networkPolicies('agents')).toEqual(UNREADABLE);
    expect((await objects.ask('agents', undefined, signal)).networkPolicies('agents')).toEqual({ known: true, value: [] });
    for (let index = 0; index < 201; index += 1) store.put(`${inAgents(POLICIES)}/p${index}`, policy(`p${index}`));
    expect((await objects.ask('agents', undefined, signal)).networkPolicies('agents')).toEqual(UNREADABLE);
  });

  test('are the handlers of runtime classes, and that there is none of a name', async () => {
    store.put(`${CLASSES}/gvisor`, { metadata: { name: 'gvisor' }, handler: 'runsc' });
    const facts = await follow();
    expect(facts.runtimeHandler('gvisor')).toEqual({ known: true, value: 'runsc' });
    expect(facts.runtimeHandler('kata')).toEqual({ known: true, value: undefined });
  });

  test('are the labels by which the policies of a namespace select agents', async () => {
    store.put(`${AGENTS}/a`, selecting('a', { agents: { matchLabels: { app: 'x', tier: 'y' } }, tools: [] }));
    store.put(`${AGENTS}/b`, selecting('b', { agents: { matchLabels: { team: 'z' } }, nonsense: true }));
    store.put(`${AGENTS}/c`, selecting('c', { tools: [] }));
    expect((await follow()).selectingLabels('agents')).toEqual({ known: true, value: new Set(['app', 'tier', 'team']) });
  });

  test('is unknown once nothing was heard of it for too long', async () => {
    const facts = await follow();
    await vi.waitFor(() => expect(facts.networkPolicies('agents').known).toBe(true));
    clock += 80_000;
    expect(facts.networkPolicies('agents')).toEqual({ known: false, sentence: silent('network policies') });
    expect(facts.runtimeHandler('gvisor')).toEqual({ known: false, sentence: silent('runtime classes') });
    expect(facts.selectingLabels('agents')).toEqual({ known: false, sentence: silent('agent policies') });
  });
});

describe('what is asked for at the moment that it matters', () => {
  test('is read for one namespace and one runtime class, and of no other anything is known', async () => {
    await follow();
    store.put(`${inAgents(POLICIES)}/new`, policy('new'));
    store.put(`${CLASSES}/gvisor`, { metadata: { name: 'gvisor' }, handler: 'runsc' });
    store.put(`${inAgents(AGENTS)}/a`, selecting('a', { agents: { matchLabels: { app: 'x' } }, tools: [] }));
    const now = await objects.ask('agents', 'gvisor', signal);
    expect(now.networkPolicies('agents')).toMatchObject({ known: true, value: [{ name: 'new' }] });
    expect(now.runtimeHandler('gvisor')).toEqual({ known: true, value: 'runsc' });
    expect(now.selectingLabels('agents')).toEqual({ known: true, value: new Set(['app']) });
    for (const other of [now.networkPolicies('other'), now.selectingLabels('other'), now.runtimeHandler('kata')]) expect(other.known).toBe(false);
  });

  test('says that there is no such runtime class, and asks for none where none is named', async () => {
    await follow();
    expect((await objects.ask('agents', '../../secrets', signal)).runtimeHandler('../../secrets')).toEqual({ known: true, value: undefined });
    expect(store.requests.filter((request) => request.includes('runtimeclasses'))).toEqual(['GET /apis/node.k8s.io/v1/runtimeclasses/..%2F..%2Fsecrets']);
    await objects.ask('agents', undefined, signal);
    expect(store.requests.filter((request) => request.includes('runtimeclasses'))).toHaveLength(1);
  });

  test('is unknown, with the reason, where the API server does not tell in time', async () => {
    await follow({ ...store.client, get: (path, options) => (options?.timeout === 1_000 ? Promise.reject(new KubeFault('timeout', `GET ${path}: no answer in time`)) : store.client.get(path, options)) });
    const now = await objects.ask('agents', 'gvisor', signal);
    expect(now.networkPolicies('agents')).toEqual({ known: false, sentence: 'The network policies are not known, because the API server did not tell (GET /apis/networking.k8s.io/v1/namespaces/agents/networkpolicies: no answer in time); try again.' });
    expect(now.runtimeHandler('gvisor')).toMatchObject({ known: false });
  });
});
