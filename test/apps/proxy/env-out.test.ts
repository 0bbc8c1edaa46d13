import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { readUntil } from './harness.ts';
import { startProgram } from './program.ts';

const SECRET = 'sk-0123456789abcdef';

const policy = (port: number, more = ''): string => `apiVersion: sallyport.dev/v1alpha1
kind: AgentPolicy
metadata: {name: triage, namespace: agents}
spec:
  tools:
  - name: api
    http: {hosts: [api.example.com], tls: "off", ports: [${port}], addresses: [127.0.0.0/8]}
    access: full
    credential: {secret: crm, header: Authorization, value: "Bearer {token}", env: API_TOKEN}
${more}`;

test('the whole program: placeholders in a file of its owner\'s, written again with the policy; the secret in calls, rotated, and nowhere else', async () => {
  const server = await startToolServer({ hosts: [], answer: (call, response) => { response.end(`got ${call.headers['authorization'] ?? 'nothing'} end`); } });
  onTestFinished(server.close);
  const place = temporaryFolder();
  const [policyFile, secrets, envOut, journal] = ['policy.yaml', 'secrets', 'agent.env', 'journal'].map((name) => join(place, name)) as [string, string, string, string];
  mkdirSync(join(secrets, 'crm'), { recursive: true });
  writeFileSync(join(secrets, 'crm', 'token'), `${SECRET}\n`);
  writeFileSync(policyFile, policy(server.port));
  const proxy = startProgram([
    '--policy', policyFile, '--listen', '127.0.0.1:0', '--health', '127.0.0.1:0', '--journal', journal, '--log-level', 'debug',
    '--resolve', 'api.example.com:127.0.0.1', '--agent', 'agents/triage', '--secrets', secrets, '--env-out', envOut,
  ]);
  await expect.poll(proxy.log, { timeout: 10_000 }).toContain('"msg":"listening"');
  expect(readFileSync(envOut, 'utf8')).toMatch(/^API_TOKEN=sallyport-[0-9a-f]{12}-[0-9a-f]{32}\n$/);
  expect(statSync(envOut).mode & 0o777).toBe(0o600);

  const ask = async (): Promise<string> => {
    const socket = connect(Number(/"explicit":\{"host":"127\.0\.0\.1","port":(\d+)\}/.exec(proxy.log())?.[1]), '127.0.0.1');
    onTestFinished(() => { socket.destroy(); });
    socket.write(`GET http://api.example.com:${server.port}/ HTTP/1.1\r\nHost: api.example.com:${server.port}\r\nConnection: close\r\n\r\n`);
    return await readUntil(socket, / end$|"call"/);
  };
  expect(await ask()).toMatch(/got Bearer \*{19} end$/);
  writeFileSync(join(secrets, 'crm', 'token'), 'another-secret');
  await expect.poll(ask, { timeout: 5_000 }).toMatch(/got Bearer \*{14} end$/);
  expect(server.calls[0]?.headers['authorization']).toBe(`Bearer ${SECRET}`);
  writeFileSync(join(secrets, 'crm', 'token'), '');
  await expect.poll(ask, { timeout: 5_000 }).toContain(`The credential crm cannot be set: ${secrets}/crm/token is empty.`);

  writeFileSync(policyFile, policy(server.port, '  - {name: other, http: {hosts: [other.example.com]}, access: full, credential: {secret: crm, header: x-key, value: "{token}", env: OTHER_KEY}}\n'));
  await expect.poll(() => readFileSync(envOut, 'utf8'), { timeout: 5_000 }).toMatch(/^API_TOKEN=.*\nOTHER_KEY=.*\n$/);
  proxy.child.kill('SIGTERM');
  expect(await proxy.ended).toBe(0);
  expect(proxy.log()).not.toMatch(/0123456789|another-secret/);
  const kept = readdirSync(journal, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('');
  expect(kept).toContain('"credential":"crm"');
  expect(kept).not.toMatch(/0123456789|another-secret/);
});

test('without --secrets there are no placeholders to write', async () => {
  const place = temporaryFolder();
  writeFileSync(join(place, 'policy.yaml'), policy(80));
  const proxy = startProgram(['--policy', join(place, 'policy.yaml'), '--env-out', join(place, 'agent.env'), '--journal', join(place, 'journal')]);
  expect(await proxy.ended).toBe(2);
  expect(proxy.log()).toContain('--env-out: there are no placeholders without --secrets DIR');
});
