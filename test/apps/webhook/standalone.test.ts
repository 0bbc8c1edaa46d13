import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { injectionBase } from '../../../src/apps/webhook/settings.ts';
import { readProfile, startStandalone } from '../../../src/apps/webhook/standalone.ts';
import type { RunningWebhook } from '../../../src/apps/webhook/start.ts';
import { sharedFolder } from '../../fakes/temporary-folder.ts';
import { reviewOf } from './review.ts';

const folder = sharedFolder();
const loopback = { host: '127.0.0.1', port: 0 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const injection = injectionBase({ image: 'registry.example.com/sallyport:1', imagePullPolicy: 'IfNotPresent' }, {}, '');
const HARDENED = {
  activeDeadlineSeconds: 600,
  automountServiceAccountToken: false,
  restartPolicy: 'Never',
  securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 },
  containers: [{
    name: 'agent',
    image: 'agent.example.com/agent:1',
    resources: { limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  }],
};

let webhook: RunningWebhook;

beforeAll(async () => {
  webhook = await startStandalone({ listen: loopback, health: loopback, profile: 'contained', certDir: join(folder, 'certs'), injection, log: silent });
});

afterAll(async () => {
  await webhook.close();
});

interface Response {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly status?: { readonly message: string };
}

function ask(path: string, spec: object): Promise<Response> {
  const ca = readFileSync(join(folder, 'certs/ca.crt'));
  return new Promise((resolve, reject) => {
    const request = https.request({ host: 'localhost', port: webhook.address.port, path, method: 'POST', ca, headers: { 'content-type': 'application/json' }, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += String(part); });
      answer.on('end', () => resolve((JSON.parse(text) as { response: Response }).response));
    });
    request.on('error', reject);
    request.end(JSON.stringify(reviewOf({ namespace: 'anywhere', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'agent' }, spec } })));
  });
}

describe('the webhook without a cluster', () => {
  test('serves over the certificate that it made in the folder, and takes every namespace for one that takes agents', async () => {
    const answer = await ask('/validate', { containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] });
    expect(answer.allowed).toBe(false);
    expect(answer.status?.message).toContain('against profile contained');
  });

  test('injects a hardened pod, and admits exactly what it injected', async () => {
    const mutated = await ask('/mutate', HARDENED);
    const patch = JSON.parse(Buffer.from(mutated.patch ?? '', 'base64').toString()) as { op: string; path: string; value: unknown }[];
    const injected: Record<string, unknown> = { ...HARDENED };
    for (const { path, value } of patch) injected[path.replace('/spec/', '')] = value;
    expect(await ask('/validate', injected)).toMatchObject({ allowed: true });
    expect((await ask('/validate', HARDENED)).status?.message).toContain('sidecar-intact');
  });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function profile(name: string): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: SandboxProfile\nmetadata: {name: ${name}}\nspec: {maxLifetimeSeconds: 60}\n`;
}

describe('the profile that is named on the command line', () => {
  test('is a built-in one, or the one in a file', async () => {
    expect((await readProfile('isolated')).metadata.name).toBe('isolated');
    expect(await readProfile(file('one.yaml', profile('lab')))).toMatchObject({ metadata: { name: 'lab' }, spec: { maxLifetimeSeconds: 60 } });
  });

  test('is refused where it is neither, or the file holds none, several or a broken one', async () => {
    await expect(readProfile('isolatd')).rejects.toThrow('--profile: expected one of isolated, contained, or a file; got "isolatd"');
    await expect(readProfile(file('none.yaml', ''))).rejects.toThrow('has no document in it');
    await expect(readProfile(file('two.yaml', `${profile('a')}---\n${profile('b')}`))).rejects.toThrow('got 2');
    await expect(readProfile(file('broken.yaml', profile('a').replace('maxLifetimeSeconds', 'maxLifetime')))).rejects.toThrow('broken.yaml:4:');
  });
});
