import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { policyOf, startWorld, type World } from './harness.ts';

async function get(world: World, path: string, method = 'GET'): Promise<{ status: number; body: string; type: string | null }> {
  const response = await fetch(`http://127.0.0.1:${world.proxy.listening.health?.port ?? 0}${path}`, { method });
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
}

const POLICY = policyOf('- {name: api, http: {hosts: [api.example.com]}, access: read-only}');

test('the proxy is alive before it is ready, and ready once it has a policy', async () => {
  const world = await startWorld({ policy: undefined });
  expect(await get(world, '/healthz')).toMatchObject({ status: 200 });
  expect(await get(world, '/readyz')).toMatchObject({ status: 503, body: 'not ready: no policy has arrived yet\n' });
  world.source.change(POLICY);

  expect(await get(world, '/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
});

test('a journal that cannot be written makes it unready, and it says so', async () => {
  const world = await startWorld({ policy: POLICY });
  world.records.healthy = false;

  expect(await get(world, '/readyz')).toMatchObject({ status: 503, body: 'not ready: the journal cannot be written\n' });
});

test('a probe is answered, however many connections others hold open', async () => {
  const world = await startWorld({ policy: POLICY });
  const held = Array.from({ length: 100 }, () => connect(world.proxy.listening.health?.port ?? 0, '127.0.0.1').on('error', () => undefined));
  await Promise.all(held.map((socket) => new Promise((resolve) => { socket.once('connect', resolve); })));

  expect(await get(world, '/healthz')).toMatchObject({ status: 200 });
  for (const socket of held) socket.destroy();
});

test('nothing else is served', async () => {
  const world = await startWorld({ policy: POLICY });

  expect((await get(world, '/')).status).toBe(404);
  expect((await get(world, '/metrics', 'POST')).status).toBe(405);
});

test('metrics tell verdicts, durations, connections and bytes', async () => {
  const server = await startToolServer({ hosts: [] });
  const world = await startWorld({ policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: "off"}, access: read-write}`, 7) });
  await world.ask('absolute', 'api.example.com', { method: 'POST', body: '12345', port: server.port });
  await world.ask('absolute', 'denied.example.com', { port: server.port });
  await world.records.outcome();
  const { body, type } = await get(world, '/metrics');

  expect(type).toBe('text/plain; version=0.0.4');
  expect(body.split('\n')).toEqual(expect.arrayContaining([
    'sallyport_calls_total{verdict="permit",reason="allowed-by-access"} 1',
    'sallyport_calls_total{verdict="deny",reason="host-not-listed"} 1',
    'sallyport_calls_ended_total{result="completed"} 1',
    'sallyport_call_duration_seconds_count 1',
    'sallyport_body_bytes_total{direction="request"} 5',
    `sallyport_body_bytes_total{direction="response"} ${'POST / 12345'.length}`,
    'sallyport_connections_total{side="upstream"} 1',
    'sallyport_ready 1',
    'sallyport_policy_generation 7',
  ]));
});

test('every line of the metrics is a comment or a sample, and every sample has its type said', async () => {
  const world = await startWorld({ policy: POLICY });
  const lines = (await get(world, '/metrics')).body.trimEnd().split('\n');
  const typed = new Set(lines.flatMap((line) => /^# TYPE (\S+) /.exec(line)?.[1] ?? []));

  for (const line of lines.filter((each) => !each.startsWith('#'))) {
    expect(line).toMatch(/^[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[\d.]+(?:e-?\d+)?$/);
    expect(typed).toContain(/^[a-z_]+/.exec(line)?.[0].replace(/_(?:bucket|sum|count)$/, ''));
  }
});

test('packets that capture rejected are counted and noted', async () => {
  let packets = 5;
  const world = await startWorld({ policy: POLICY, ports: { rejectedPackets: async () => packets }, rejectionInterval: 20 });
  await new Promise((resolve) => { setTimeout(resolve, 30); });
  packets = 8;
  const notice = await world.records.until(({ notices }) => notices.find(({ event }) => event === 'packets-rejected'));

  expect(notice.facts).toEqual({ packets: 3 });
  expect((await get(world, '/metrics')).body).toContain('sallyport_rejected_packets_total 3\n');
});
