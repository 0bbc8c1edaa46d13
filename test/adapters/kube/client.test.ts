import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectKube, type KubeClient } from '../../../src/adapters/kube/client.ts';
import { FakeApiServer } from '../../fakes/api-server.ts';

const PATH = '/api/v1/namespaces';

let server: FakeApiServer;
let client: KubeClient;

beforeEach(async () => {
  server = await FakeApiServer.start(PATH);
  client = connectKube({ kubeconfig: server.kubeconfig });
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const json = (body: object) => () => ({ status: 200, body: JSON.stringify(body) });

describe('the Kubernetes client', () => {
  test('keeps its connections for the requests that follow', async () => {
    for (let index = 0; index < 10; index += 1) await client.get(PATH);
    // A second one where an answer's last bytes are not read yet.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test('sends the token without the line break that its file ends in, and each patch under its own content type', async () => {
    server.on(`PATCH ${PATH}/one`, json({ metadata: { name: 'one' } }));
    await expect(client.patch(`${PATH}/one`, 'merge', { a: 1 }, { query: { fieldManager: 'x y' } })).resolves.toEqual({ metadata: { name: 'one' } });
    expect(server.requests).toEqual([`PATCH ${PATH}/one?fieldManager=x+y`]);
  });

  test.each([
    [401, 'unauthorised'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [410, 'gone'],
    [422, 'invalid'],
    [429, 'refused'],
    [500, 'refused'],
    [504, 'timeout'],
  ])('makes of status %i the fault %s', async (status, code) => {
    server.failNext(status);
    await expect(client.get(PATH)).rejects.toMatchObject({ name: 'KubeFault', code, status, message: `GET ${PATH}: the API server answered ${status}: failed with ${status} as told` });
  });

  test('takes an answer that is not JSON for malformed', async () => {
    server.on('GET /x', () => ({ status: 200, body: '<html>' }));
    await expect(client.get('/x')).rejects.toMatchObject({ code: 'malformed', message: 'GET /x: expected JSON, got "<html>"' });
  });

  test('gives up after its timeout, and when the caller does', async () => {
    const silent = connectKube({ kubeconfig: server.kubeconfig });
    await expect(silent.get(`${PATH}`, { timeout: 0 })).rejects.toMatchObject({ code: 'timeout' });
    await expect(silent.get(`${PATH}`, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'unreachable' });
    await silent.close();
  });

  test('says that an API server that is gone is unreachable', async () => {
    await server.close();
    await expect(client.get(PATH)).rejects.toMatchObject({ code: 'unreachable' });
    server = await FakeApiServer.start(PATH);
  });

  test('refuses a kubeconfig that is not there, and a process that is in no cluster', () => {
    expect(() => connectKube({ kubeconfig: '/nowhere/kubeconfig' })).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unreadable', message: '--kubeconfig: /nowhere/kubeconfig: cannot be read (there is no such file or folder)' }));
    expect(() => connectKube()).toThrow('this process runs in no cluster; name one with --kubeconfig <file>');
  });
});
