import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assembleProxy } from '../../../src/apps/proxy/assemble.ts';
import { startToolServer } from '../../fakes/tool-server.ts';
import { FakeSource, policyOf, SUBJECT } from './harness.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

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
