import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { startToolServer, type ToolServer } from '../../fakes/tool-server.ts';
import { firstBytes, readUntil } from './harness.ts';
import { startProgram as start, type Started } from './program.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'proxy-'));
  onTestFinished(async () => { await rm(path, { recursive: true }); });
  return path;
}

function policy(port: number): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: triage, namespace: agents}\nspec:\n  agents: {matchLabels: {app: triage}}\n  tools:\n  - name: api\n    http: {hosts: [api.example.com], ports: [${port}], addresses: [127.0.0.0/8]}\n    access: read-only\n`;
}

interface Running extends Started {
  readonly port: number;
  readonly journal: string;
  /** A tunnel to the tool server, TLS with the proxy's CA done. */
  enter(): Promise<TLSSocket>;
}

/** The whole program before one tool server, found by a fixed name. */
async function running(server: ToolServer, ...more: string[]): Promise<Running> {
  const place = await folder();
  const [policyFile, upstreamCa, caOut, journal] = ['policy.yaml', 'upstream.crt', 'ca.crt', 'journal'].map((name) => join(place, name)) as [string, string, string, string];
  await Promise.all([writeFile(policyFile, policy(server.port)), writeFile(upstreamCa, server.ca)]);
  const proxy = start([
    '--policy', policyFile, '--listen', '127.0.0.1:0', '--health', '127.0.0.1:0', '--journal', journal, '--ca-out', caOut,
    '--upstream-ca', upstreamCa, '--resolve', 'api.example.com:127.0.0.1', '--agent', 'agents/triage', ...more,
  ]);
  await expect.poll(proxy.log, { timeout: 10_000 }).toContain('"msg":"listening"');
  const port = Number(/"explicit":\{"host":"127\.0\.0\.1","port":(\d+)\}/.exec(proxy.log())?.[1]);
  const enter = async (): Promise<TLSSocket> => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`CONNECT api.example.com:${server.port} HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
    expect(await firstBytes(socket)).toMatch(/^HTTP\/1.1 200 /);
    return connectTls({ socket, servername: 'api.example.com', ca: await readFile(caOut, 'utf8') });
  };
  return { ...proxy, port, journal, enter };
}

test('the whole program: policy file, journal, CA and a fixed name; a call is judged, sent and recorded; SIGTERM ends it well', async () => {
  const server = await startToolServer({ hosts: ['api.example.com'] });
  onTestFinished(server.close);
  const proxy = await running(server);
  const secured = await proxy.enter();
  secured.write(`GET /items HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
  expect(await readUntil(secured, 'GET /items ')).toMatch(/^HTTP\/1.1 200 /);
  secured.destroy();
  proxy.child.kill('SIGTERM');

  expect(await proxy.ended).toBe(0);
  const files = (await readdir(proxy.journal)).filter((name) => name.endsWith('.jsonl'));
  const records = (await readFile(join(proxy.journal, files[0] ?? ''), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { kind: string; event?: string; path?: string; decision?: string; result?: string });
  expect(records).toEqual(expect.arrayContaining([
    expect.objectContaining({ kind: 'notice', event: 'labels-not-consulted' }),
    expect.objectContaining({ kind: 'intent', decision: 'permit', path: '/items' }),
    expect.objectContaining({ kind: 'outcome', result: 'completed' }),
    expect.objectContaining({ kind: 'notice', event: 'proxy-stopped' }),
  ]));
});

test('128 MiB pass through it without its growing by nearly as much', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const pieces = 128;
  const server = await startToolServer({
    hosts: ['api.example.com'],
    handle: (_, response) => {
      response.writeHead(200, { 'content-length': pieces * piece.length });
      let sent = 0;
      const more = (): void => {
        while (sent++ < pieces) if (!response.write(piece)) return void response.once('drain', more);
        response.end();
      };
      more();
    },
  });
  onTestFinished(server.close);
  const proxy = await running(server);
  const peak = async (): Promise<number> => Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${proxy.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  const secured = await proxy.enter();
  const before = await peak();
  secured.write(`GET /large HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
  let bytes = 0;
  for await (const chunk of secured) {
    bytes += (chunk as Buffer).length;
    if (bytes > pieces * piece.length) break;
  }

  expect(await peak() - before).toBeLessThan(96);
});

test('a bad policy at the start is an error exit with every problem and its place', async () => {
  const place = await folder();
  const file = join(place, 'policy.yaml');
  await writeFile(file, policy(443).replace('access: read-only', 'acess: read-only').replace('hosts', 'host'));
  const proxy = start(['--policy', file, '--listen', '127.0.0.1:0', '--journal', join(place, 'journal')]);

  expect(await proxy.ended).toBe(2);
  expect(proxy.log()).toMatch(/policy\.yaml:8:\d+: [^\n]*did you mean hosts/);
  expect(proxy.log()).toMatch(/policy\.yaml:9:\d+: [^\n]*did you mean access/);
});

test('a sidecar warns, and records, where a policy lists a port that is not captured', async () => {
  const place = await folder();
  const [file, journal] = [join(place, 'policy.yaml'), join(place, 'journal')];
  await writeFile(file, policy(8080));
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  const proxy = start(['--policy', file, '--listen', '127.0.0.1:0', '--health', '127.0.0.1:0', '--dns-port', '0', '--captured', `443:${port}`, '--journal', journal]);
  const sentence = "Port 8080 of tool api is reachable through the proxy variables only: add it to the profile's capturedPorts.";

  await expect.poll(proxy.log, { timeout: 10_000 }).toMatch(new RegExp(`"level":40,.*"event":"port-not-captured","msg":"${sentence}"`));
  proxy.child.kill('SIGTERM');
  expect(await proxy.ended).toBe(0);
  const [epoch = ''] = (await readdir(journal)).filter((name) => name.endsWith('.jsonl'));
  expect(await readFile(join(journal, epoch), 'utf8')).toContain(sentence);
});

test('a journal at its limit: calls are refused without being made, and the proxy is not ready', async () => {
  const server = await startToolServer({ hosts: ['api.example.com'] });
  onTestFinished(server.close);
  const proxy = await running(server, '--journal-limit', '96Ki', '--labels', 'app=triage');
  const secured = await proxy.enter();
  let [made, answer] = [0, ''];
  for (; made < 500 && !answer.startsWith('HTTP/1.1 503'); made += 1) {
    secured.write(`GET /items HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
    answer = await readUntil(secured, /GET \/items |\}\n$/);
  }
  expect(answer).toContain('"reason": "record-unavailable"');
  expect(made).toBeGreaterThan(20);
  expect(server.calls).toHaveLength(made - 1);
  const health = /"health":\{"host":"127\.0\.0\.1","port":(\d+)\}/.exec(proxy.log())?.[1];
  expect(await (await fetch(`http://127.0.0.1:${health}/readyz`)).text()).toBe('not ready: the journal cannot be written\n');
  proxy.child.kill('SIGKILL');
});

test('a CA that cannot be written ends the proxy, with the place and the reason', async () => {
  const place = await folder();
  const [file, caOut] = [join(place, 'policy.yaml'), join(place, 'none', 'ca.crt')];
  await writeFile(file, policy(443));
  const proxy = start(['--policy', file, '--listen', '127.0.0.1:0', '--health', '127.0.0.1:0', '--journal', join(place, 'journal'), '--ca-out', caOut]);

  expect(await proxy.ended).toBe(1);
  expect(proxy.log()).toContain(`sallyport: --ca-out: ${caOut}: cannot be written (there is no such file or folder)\n`);
});
