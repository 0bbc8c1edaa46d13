import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mintAuthority, mintServing } from '../../../src/adapters/certificates/serving.ts';
import { connectKube, type KubeClient } from '../../../src/adapters/kube/client.ts';
import { watchNamespaces } from '../../../src/adapters/kube/namespaces.ts';
import { watchProfiles } from '../../../src/adapters/kube/profiles.ts';
import { readTrust, watchTrust } from '../../../src/adapters/kube/trust.ts';
import { FakeApiServer } from '../../fakes/api-server.ts';

const LABEL = 'sallyport.dev/agents';
const soon = { timeout: 3_000, interval: 5 };
const signal = AbortSignal.timeout(30_000);

const authority = await mintAuthority({ commonName: 'CA', now: Date.now(), lifetime: 3_600_000 });
const serving = await mintServing({ authority, dnsNames: ['a.example'], now: Date.now(), lifetime: 1_000 });

let server: FakeApiServer;
let client: KubeClient;
let stop: (() => Promise<void>) | undefined;
let clock: number;

async function connect(path: string): Promise<{ client: KubeClient; now: () => number; random: () => number }> {
  server = await FakeApiServer.start(path);
  client = connectKube({ kubeconfig: server.kubeconfig });
  return { client, now: () => clock, random: () => 0 };
}

const labelled = (labels: object) => ({ metadata: { labels } });
const profile = (spec: object) => ({ apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', spec });

beforeEach(() => {
  [clock, stop] = [1_000, undefined];
});

afterEach(async () => {
  await stop?.();
  await client.close();
  await server.close();
});

describe('labels of namespaces', () => {
  const PATH = '/api/v1/namespaces';
  const gets = () => server.requests.filter((request) => request.startsWith(`GET ${PATH}/`));

  async function follow() {
    const namespaces = watchNamespaces(await connect(PATH));
    stop = () => namespaces.stop();
    server.put('agents', labelled({ [LABEL]: 'enforce' }));
    server.put('plain', labelled({}));
    await vi.waitFor(() => expect(namespaces.labelled(LABEL)).toEqual(['agents']), soon);
    await vi.waitFor(() => expect(server.watches).toBe(1), soon);
    // Only what comes over the watch shows that the other end of it knows that it is open.
    server.put('seen', labelled({ [LABEL]: 'warn' }));
    await vi.waitFor(() => expect(namespaces.labelled(LABEL)).toEqual(['agents', 'seen']), soon);
    return namespaces;
  }

  test('come from memory where that is fresh and has the expected label', async () => {
    const namespaces = await follow();
    expect(await namespaces.labels('agents', LABEL, signal)).toEqual({ [LABEL]: 'enforce' });
    expect(gets()).toEqual([]);
  });

  test('are asked for where memory does not know the label, since the API server may have seen it first', async () => {
    const namespaces = await follow();
    server.on(`GET ${PATH}/plain`, () => ({ status: 200, body: JSON.stringify({ metadata: { name: 'plain', labels: { [LABEL]: 'audit' } } }) }));
    expect(await namespaces.labels('plain', LABEL, signal)).toEqual({ [LABEL]: 'audit' });
    expect(gets()).toHaveLength(1);
  });

  test('are asked for once nothing was heard for longer than a watch may be silent', async () => {
    const namespaces = await follow();
    server.on(`GET ${PATH}/agents`, () => ({ status: 200, body: JSON.stringify({ metadata: { name: 'agents', labels: {} } }) }));
    clock += 80_000;
    expect(await namespaces.labels('agents', LABEL, signal)).toEqual({});
  });

  test('of a namespace that is not there are undefined', async () => {
    const namespaces = await follow();
    expect(await namespaces.labels('gone', LABEL, signal)).toBeUndefined();
  });

  test('that the API server does not tell are a fault, not an empty set', async () => {
    const namespaces = await follow();
    server.on(`GET ${PATH}/plain`, () => ({ status: 500, body: '{"message":"etcd is away"}' }));
    await expect(namespaces.labels('plain', LABEL, signal)).rejects.toThrow('etcd is away');
  });

  test('cannot lead anywhere else by a strange name', async () => {
    const namespaces = await follow();
    expect(await namespaces.labels('../secrets/x', LABEL, signal)).toBeUndefined();
    expect(gets()).toEqual([`GET ${PATH}/..%2Fsecrets%2Fx`]);
  });
});

describe('the trust that the controller publishes', () => {
  const PATH = '/api/v1/namespaces/sallyport-system/configmaps';
  const KEY = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
  const ca = authority.cert;

  test('is missing, with a sentence, until the ConfigMap is there', async () => {
    const trust = watchTrust(await connect(PATH));
    stop = () => trust.stop();
    expect(trust.current()).toEqual({ missing: expect.stringContaining('see that the Deployment sallyport-controller is up') });
    server.put('sallyport-trust', { data: { 'ca.crt': ca, 'link-keys': `${KEY}\n` } }, 'sallyport-system');
    await vi.waitFor(() => expect(trust.current()).toEqual({ trust: { ca, keys: [KEY] } }), soon);
    server.remove('sallyport-trust', 'sallyport-system');
    await vi.waitFor(() => expect(trust.current()).toHaveProperty('missing'), soon);
    expect(server.requests[0]).toContain('fieldSelector=metadata.name%3Dsallyport-trust');
  });

  test.each([
    ['no data', {}, 'ca.crt'],
    ['no keys', { 'ca.crt': ca }, 'link-keys'],
    ['an empty list of keys', { 'ca.crt': ca, 'link-keys': '\n' }, 'link-keys'],
    ['a key of another length', { 'ca.crt': ca, 'link-keys': `${KEY}A` }, 'link-keys'],
    ['a key with padding', { 'ca.crt': ca, 'link-keys': `${KEY}=` }, 'link-keys'],
    ['text in place of a certificate', { 'ca.crt': 'x', 'link-keys': KEY }, 'ca.crt'],
    ['a certificate that is no CA', { 'ca.crt': serving.cert, 'link-keys': KEY }, 'ca.crt'],
  ])('with %s is missing and says which key is wrong', async (_, data, key) => {
    await connect(PATH);
    expect(readTrust({ metadata: { name: 'sallyport-trust' }, data })).toEqual({ missing: expect.stringContaining(`in ${key} of ConfigMap sallyport-trust`) });
  });
});

describe('installed profiles', () => {
  const PATH = '/apis/sallyport.dev/v1alpha1/sandboxprofiles';

  test('are read by the schema, and kept as broken with the reason where they do not fit it', async () => {
    const profiles = watchProfiles(await connect(PATH));
    stop = () => profiles.stop();
    server.put('lab', profile({ maxLifetimeSeconds: 600 }));
    server.put('odd', profile({ maxLifetime: 600 }));
    await vi.waitFor(() => expect(profiles.named('odd')).toBeDefined(), soon);
    expect(profiles.named('lab')).toMatchObject({ profile: { metadata: { name: 'lab' }, spec: { maxLifetimeSeconds: 600 } } });
    expect(profiles.named('odd')).toEqual({ broken: expect.stringContaining('maxLifetime') });
    expect(profiles.named('none')).toBeUndefined();
  });

  test('are stale once nothing was heard of them for longer than a watch may be silent', async () => {
    const profiles = watchProfiles(await connect(PATH));
    stop = () => profiles.stop();
    server.put('lab', profile({}));
    await vi.waitFor(() => expect(profiles.named('lab')).toHaveProperty('profile'), soon);
    clock += 80_000;
    expect(profiles.named('lab')).toEqual({ stale: expect.stringContaining('The sandbox profiles may have changed: nothing was heard of them for 80 s') });
  });
});
