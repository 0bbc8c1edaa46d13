import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assembleProxy } from '../../../src/apps/proxy/assemble.ts';
import { startToolServer } from '../../fakes/tool-server.ts';
import { FakeSource, policyOf, SUBJECT } from './harness.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const SOURCES = new URL('../../../src/apps/proxy/', import.meta.url);

/** A process that has a call under way when its proxy closes, and nothing else that would hold it. */
function closing(policy: string, journal: string, at: string): string {
  return `
    import { connect } from 'node:net';
    import { setTimeout } from 'node:timers/promises';
    import { assembleProxy } from '${new URL('assemble.ts', SOURCES).href}';
    import { openSource } from '${new URL('source.ts', SOURCES).href}';
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const source = await openSource({ policy: ${JSON.stringify(policy)} }, log);
    const proxy = await assembleProxy({
      subject: source.defaultSubject, snapshots: source, journal: ${JSON.stringify(journal)}, log,
      listeners: { explicit: { host: '127.0.0.1', port: 0 } }, resolve: new Map([['api.example.com', ['127.0.0.1']]]),
    });
    const socket = connect(proxy.listening.explicit.port, '127.0.0.1').on('error', () => {});
    socket.write('GET http://${at}/ HTTP/1.1\\r\\nHost: ${at}\\r\\n\\r\\n');
    await setTimeout(300);
    await source.close();
    await proxy.close(50);
    console.log('closed');`;
}

test('a process that nothing else holds lives until its proxy has closed and its journal has ended', async () => {
  const place = await mkdtemp(join(tmpdir(), 'proxy-'));
  onTestFinished(async () => { await rm(place, { recursive: true }); });
  const server = await startToolServer({ hosts: [], raw: () => {} });
  const [policy, journal] = [join(place, 'policy.yaml'), join(place, 'journal')];
  await writeFile(policy, `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: triage, namespace: agents}\nspec:\n  tools:\n  - {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: "off"}, access: full}\n`);
  const child = spawn(process.execPath, ['--input-type=module', '-e', closing(policy, journal, `api.example.com:${server.port}`)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => { said += String(chunk); });
  const [code] = await once(child, 'close');

  expect({ code, said }).toEqual({ code: 0, said: 'closed\n' });
  const [file = ''] = (await readdir(journal)).filter((name) => name.endsWith('.jsonl'));
  expect(await readFile(join(journal, file), 'utf8')).toMatch(/"outcome"[^]*"shutting-down"[^]*"proxy-stopped"/);
});

test('a call that is cut at the end has its outcome in the journal, before the journal is closed', async () => {
  const journal = await mkdtemp(join(tmpdir(), 'proxy-'));
  onTestFinished(async () => { await rm(journal, { recursive: true }); });
  const asked = Promise.withResolvers<void>();
  const server = await startToolServer({ hosts: [], raw: () => { asked.resolve(); } });
  const proxy = await assembleProxy({
    subject: SUBJECT,
    snapshots: new FakeSource(policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: "off"}, access: full}`)),
    listeners: { explicit: { host: '127.0.0.1', port: 0 } },
    resolve: new Map([['api.example.com', ['127.0.0.1']]]),
    journal,
    log: LOG,
  });
  const socket = connect(proxy.listening.explicit?.port ?? 0, '127.0.0.1').on('error', () => {});
  socket.write(`POST http://api.example.com:${server.port}/ HTTP/1.1\r\nHost: api.example.com:${server.port}\r\nContent-Length: 2\r\n\r\nhi`);
  await asked.promise;
  await proxy.close(0);

  const [file = ''] = (await readdir(journal)).filter((name) => name.endsWith('.jsonl'));
  const records = (await readFile(join(journal, file), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records.filter(({ kind }) => kind === 'intent')).toHaveLength(1);
  expect(records.filter(({ kind }) => kind === 'outcome')).toMatchObject([{ result: 'cut', reason: 'shutting-down', request: { bytes: 2 } }]);
});
