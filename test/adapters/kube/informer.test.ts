import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectKube, type KubeClient } from '../../../src/adapters/kube/client.ts';
import type { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { type Change, type Informer, startInformer } from '../../../src/adapters/kube/informer.ts';
import { FakeApiServer } from '../../fakes/api-server.ts';

const PATH = '/apis/sallyport.dev/v1alpha1/agentpolicies';

let server: FakeApiServer;
let client: KubeClient;
let informer: Informer<string> | undefined;
let changes: string[];
let faults: KubeFault[];

beforeEach(async () => {
  server = await FakeApiServer.start(PATH);
  client = connectKube({ kubeconfig: server.kubeconfig });
  [changes, faults] = [[], []];
});

afterEach(async () => {
  await informer?.stop();
  await client.close();
  await server.close();
});

/** Keeps of each object its name and the member `v`. */
function read(object: { metadata: { name: string }; v?: unknown }): string {
  return `${object.metadata.name}=${String(object.v)}`;
}

async function follow(): Promise<Informer<string>> {
  informer = startInformer(client, { path: PATH, fieldSelector: 'metadata.namespace!=x', read, now: () => 77, random: () => 0, onFault: (fault) => faults.push(fault) });
  informer.onChange((change: Change<string>) => changes.push(`${change.kind} ${change.object}${change.kind === 'changed' ? ` was ${change.before}` : ''}`));
  return informer;
}

const watching = () => vi.waitFor(() => expect(server.watches).toBe(1), { timeout: 3_000, interval: 5 });
const synced = (followed: Informer<string>) => vi.waitFor(() => expect(followed.synced).toBe(true), { timeout: 3_000, interval: 5 });
const seen = (...expected: string[]) => vi.waitFor(() => expect(changes).toEqual(expected), { timeout: 3_000, interval: 5 });

describe('an informer', () => {
  test('lists, then follows what is added, changed and removed', async () => {
    server.put('one', { v: 1 }, 'agents');
    const followed = await follow();
    expect(followed.synced).toBe(false);
    await synced(followed);
    await watching();
    server.put('two', { v: 1 }, 'other');
    server.put('one', { v: 2 }, 'agents');
    server.remove('two', 'other');
    await seen('added one=1', 'added two=1', 'changed one=2 was one=1', 'removed two=1');
    expect(followed.get('one', 'agents')).toBe('one=2');
    expect(followed.get('one', 'other')).toBeUndefined();
    expect(followed.list()).toEqual(['one=2']);
    expect(followed.list('other')).toEqual([]);
    expect(followed).toMatchObject({ synced: true, connected: true, lastContact: 77 });
  });

  test('takes a list in pages, and is synced only once it has all', async () => {
    server.pageSize = 2;
    for (const name of ['a', 'b', 'c', 'd', 'e']) server.put(name, { v: 0 });
    const followed = await follow();
    await synced(followed);
    expect(followed.list()).toHaveLength(5);
    expect(server.requests.filter((request) => !request.includes('watch=true'))).toHaveLength(3);
  });

  test('resumes a watch that the API server ended from where a bookmark left it, without listing again', async () => {
    server.put('one', { v: 1 });
    await follow();
    await watching();
    server.put('two', { v: 1 });
    server.bookmark();
    await seen('added one=1', 'added two=1');
    server.endWatches();
    await vi.waitFor(() => expect(server.requests.filter((request) => request.includes('watch=true'))).toHaveLength(2), { timeout: 3_000 });
    const [, second] = server.requests.filter((request) => request.includes('watch=true'));
    expect(second).toContain('resourceVersion=13');
    expect(second).toContain('allowWatchBookmarks=true');
    expect(second).toContain('fieldSelector=metadata.namespace%21%3Dx');
    expect(faults).toEqual([]);
    expect(changes).toHaveLength(2);
  });

  test.each([[0, 40], [0.999, 59]])('asks for an end of each watch before its silence would pass for a dead connection (random %d: %d s)', async (random, seconds) => {
    informer = startInformer(client, { path: PATH, read, now: () => 77, random: () => random, onFault: (fault) => faults.push(fault) });
    await watching();
    expect(server.requests.at(-1)).toContain(`timeoutSeconds=${seconds}`);
  });

  test('hears after a cut connection what happened in the meantime', async () => {
    server.put('one', { v: 1 });
    const followed = await follow();
    await watching();
    server.cut();
    server.put('one', { v: 2 });
    await seen('added one=1', 'changed one=2 was one=1');
    expect(faults.map(({ code }) => code)).toContain('unreachable');
    await vi.waitFor(() => expect(followed.connected).toBe(true), { timeout: 3_000 });
  });

  test('lists again when its version is too old, and tells what was added, changed and removed by comparing', async () => {
    server.put('stays', { v: 1 });
    server.put('changes', { v: 1 });
    server.put('goes', { v: 1 });
    await follow();
    await watching();
    server.cut();
    server.put('changes', { v: 2 });
    server.put('comes', { v: 1 });
    server.remove('goes');
    server.compact();
    await seen('added stays=1', 'added changes=1', 'added goes=1', 'changed changes=2 was changes=1', 'added comes=1', 'removed goes=1');
    expect(faults.map(({ code }) => code)).toContain('gone');
  });

  test('goes on after refusals, and says each of them', async () => {
    server.failNext(403, 500);
    server.put('one', { v: 1 });
    const followed = await follow();
    await synced(followed);
    expect(faults.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `forbidden: GET ${PATH}: the API server answered 403: failed with 403 as told`,
      `refused: GET ${PATH}: the API server answered 500: failed with 500 as told`,
    ]);
  });

  test('says that it is not connected while it is not, and keeps what it knew', async () => {
    server.put('one', { v: 1 });
    const followed = await follow();
    await watching();
    await vi.waitFor(() => expect(followed.connected).toBe(true), { timeout: 3_000 });
    server.failNext(503, 503, 503, 503, 503);
    server.cut();
    await vi.waitFor(() => expect(followed.connected).toBe(false), { timeout: 3_000 });
    expect(followed.get('one')).toBe('one=1');
    expect(followed.synced).toBe(true);
  });

  test.each(['not json', '{"type":"NEWS","object":{"metadata":{}}}', '{"type":"ADDED"}', '{"type":"ADDED","object":{"metadata":null}}'])('takes %j for no event, and lists again', async (line) => {
    server.put('one', { v: 1 });
    await follow();
    await watching();
    server.raw(line);
    await vi.waitFor(() => expect(faults.map(({ code }) => code)).toEqual(['malformed']), { timeout: 3_000 });
    await watching();
    server.put('two', { v: 1 });
    await seen('added one=1', 'added two=1');
  });

  test('sends nothing after it was stopped', async () => {
    const followed = await follow();
    await watching();
    await followed.stop();
    const asked = server.requests.length;
    await vi.waitFor(() => expect(server.watches).toBe(0), { timeout: 3_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.requests).toHaveLength(asked);
  });
});
