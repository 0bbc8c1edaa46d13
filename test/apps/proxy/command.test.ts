import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { firstBytes, readUntil } from './harness.ts';
import { startProgram as start } from './program.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'proxy-'));
  onTestFinished(async () => { await rm(path, { recursive: true }); });
  return path;
}

function policy(port: number): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: triage, namespace: agents}\nspec:\n  tools:\n  - name: api\n    http: {hosts: [api.example.com], ports: [${port}], addresses: [127.0.0.0/8]}\n    access: read-only\n`;
}

test('the whole program: policy file, journal, CA and a fixed name; a call is judged, sent and recorded; SIGTERM ends it well', async () => {
  const place = await folder();
  const server = await startToolServer({ hosts: ['api.example.com'] });
  onTestFinished(server.close);
  const [policyFile, upstreamCa, caOut, journal] = ['policy.yaml', 'upstream.crt', 'ca.crt', 'journal'].map((name) => join(place, name)) as [string, string, string, string];
  await Promise.all([writeFile(policyFile, policy(server.port)), writeFile(upstreamCa, server.ca)]);
  const proxy = start(['--policy', policyFile, '--listen', '127.0.0.1:0', '--health', '127.0.0.1:0', '--journal', journal, '--ca-out', caOut, '--upstream-ca', upstreamCa, '--resolve', 'api.example.com:127.0.0.1', '--agent', 'agents/triage']);
  await expect.poll(proxy.log, { timeout: 10_000 }).toContain('"msg":"listening"');
  const port = Number(/"explicit":\{"host":"127\.0\.0\.1","port":(\d+)\}/.exec(proxy.log())?.[1]);

  const socket = connect(port, '127.0.0.1');
  socket.write(`CONNECT api.example.com:${server.port} HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
  expect(await firstBytes(socket)).toMatch(/^HTTP\/1.1 200 /);
  const secured = connectTls({ socket, servername: 'api.example.com', ca: await readFile(caOut, 'utf8') });
  secured.write(`GET /items HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
  expect(await readUntil(secured, 'GET /items ')).toMatch(/^HTTP\/1.1 200 /);
  secured.destroy();
  proxy.child.kill('SIGTERM');

  expect(await proxy.ended).toBe(0);
  const files = (await readdir(journal)).filter((name) => name.endsWith('.jsonl'));
  const records = (await readFile(join(journal, files[0] ?? ''), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { kind: string; event?: string; path?: string; decision?: string; result?: string });
  expect(records).toEqual(expect.arrayContaining([
    expect.objectContaining({ kind: 'notice', event: 'labels-not-consulted' }),
    expect.objectContaining({ kind: 'intent', decision: 'permit', path: '/items' }),
    expect.objectContaining({ kind: 'outcome', result: 'completed' }),
    expect.objectContaining({ kind: 'notice', event: 'proxy-stopped' }),
  ]));
});

test('a bad policy at the start is an error exit with every problem and its place', async () => {
  const place = await folder();
  const file = join(place, 'policy.yaml');
  await writeFile(file, policy(443).replace('access: read-only', 'acess: read-only').replace('hosts', 'host'));
  const proxy = start(['--policy', file, '--listen', '127.0.0.1:0', '--journal', join(place, 'journal')]);

  expect(await proxy.ended).toBe(1);
  expect(proxy.log()).toMatch(/policy\.yaml:7:\d+: [^\n]*did you mean hosts/);
  expect(proxy.log()).toMatch(/policy\.yaml:8:\d+: [^\n]*did you mean access/);
});

test.each([
  [[], 'give either --policy FILE or --controller URL'],
  [['--policy', 'a.yaml', '--controller', 'https://controller.example'], 'give either --policy FILE or --controller URL'],
  [['--controller', 'https://controller.example'], '--controller needs --controller-ca, --link-key and --token-file'],
])('options that do not go together are refused: %j', async (args, sentence) => {
  const proxy = start(args);

  expect(await proxy.ended).toBe(1);
  expect(proxy.log()).toContain(sentence);
});
