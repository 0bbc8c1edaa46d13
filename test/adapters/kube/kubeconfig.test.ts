import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectKube } from '../../../src/adapters/kube/client.ts';
import { ownCredentials, plainCredentials } from '../../../src/adapters/kube/kubeconfig.ts';
import { FakeApiServer } from '../../fakes/api-server.ts';

const SERVER = 'https://api.example.com:6443';
const PATH = '/api/v1/namespaces';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function write(user: object, cluster: object = {}, context = 'here'): string {
  const file = join(folder, 'config');
  writeFileSync(file, JSON.stringify({
    'current-context': context,
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'other', cluster: { server: 'https://other.example.com' } }, { name: 'c', cluster: { server: SERVER, ...cluster } }],
    users: [{ name: 'u', user }],
  }));
  return file;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a kubeconfig', () => {
  test('that holds its credentials is read as it is', () => {
    const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'kubernetes' };
    expect(plainCredentials(write({ 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') }, cluster))).toEqual({
      server: SERVER, ca: { text: 'CA' }, cert: { text: 'CERT' }, key: { text: 'KEY' }, serverName: 'kubernetes',
    });
  });

  test('that names files means them from where it lies, and what it holds goes before them', () => {
    const user = { 'client-certificate': 'pki/cert', 'client-key': '/pki/key', token: 'ignored', tokenFile: 'token' };
    expect(plainCredentials(write(user, { 'certificate-authority': 'ca', 'certificate-authority-data': base64('CA') }))).toEqual({
      server: SERVER, ca: { text: 'CA' }, cert: { file: join(folder, 'pki/cert') }, key: { file: '/pki/key' }, token: { file: join(folder, 'token') },
    });
  });

  test('says only by itself that a server need not be who it says', () => {
    expect(plainCredentials(write({ token: 't' }, { 'insecure-skip-tls-verify': true }))).toEqual({ server: SERVER, token: { text: 't' }, insecure: true });
    expect(plainCredentials(write({ token: 't' }, { 'insecure-skip-tls-verify': 'true' }))).toEqual({ server: SERVER, token: { text: 't' } });
  });

  test.each([
    ['an exec plugin', { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'login', interactiveMode: 'Never' } }, {}],
    ['an auth provider', { 'auth-provider': { name: 'oidc', config: {} } }, {}],
    ['a password', { username: 'a', password: 'b' }, {}],
    ['somebody to act for', { token: 't', as: 'other' }, {}],
    ['a proxy', { token: 't' }, { 'proxy-url': 'http://proxy.example.com' }],
    ['a server without TLS', { token: 't' }, { server: 'http://localhost:8080' }],
  ])('with %s is left to client-node', (_what, user, cluster) => {
    expect(plainCredentials(write(user, cluster))).toBeUndefined();
  });

  test('whose context is not there names no cluster', () => {
    const kubeconfig = write({ token: 't' }, {}, 'elsewhere');
    expect(() => connectKube({ kubeconfig })).toThrow('expected a kubeconfig whose current context names a cluster, got context elsewhere');
  });

  test('that is no YAML cannot be read', () => {
    const kubeconfig = join(folder, 'broken');
    writeFileSync(kubeconfig, '{');
    expect(() => connectKube({ kubeconfig })).toThrow(`--kubeconfig: ${kubeconfig}: cannot be read`);
  });
});

test('credentials that a plugin gives out reach the API server', async () => {
  const server = await FakeApiServer.start(PATH);
  const plain = plainCredentials(server.kubeconfig);
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'a-token' } };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [JSON.stringify(credential)], interactiveMode: 'Never' };
  const ca = plain?.ca !== undefined && 'text' in plain.ca ? plain.ca.text : '';
  const client = connectKube({ kubeconfig: write({ exec }, { server: plain?.server, 'certificate-authority-data': base64(ca) }) });
  await expect(client.get(PATH)).resolves.toMatchObject({ items: [] });
  await client.close();
  await server.close();
});

test("a pod's own credentials are files, and its API server may have an IPv6 address", () => {
  expect(ownCredentials('fd00::1', '443')).toEqual({
    server: 'https://[fd00::1]:443',
    ca: { file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
    token: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
  });
});
