import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { renew } from '../../../src/core/policy/snapshot.ts';
import { startToolServer } from '../../fakes/tool-server.ts';
import { policyOf, readAll, readUntil, startWorld, type World } from './harness.ts';

function tools(port: number, paths: string, generation: number, addresses = '127.0.0.0/8'): ReturnType<typeof policyOf> {
  return policyOf(`
- name: api
  http: {hosts: [api.example.com], ports: [${port}], addresses: ["${addresses}"], tls: "off"}
  rules:
  - allow: {methods: [GET], paths: ${paths}}`, generation);
}

/** A world with two streams open, at /a and /b. */
async function streaming(): Promise<{ world: World; port: number; streams: Map<string, ServerResponse>; a: Awaited<ReturnType<World['enter']>>; b: Awaited<ReturnType<World['enter']>> }> {
  const streams = new Map<string, ServerResponse>();
  const server = await startToolServer({
    hosts: [],
    handle: (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.set(request.url ?? '', response);
    },
  });
  const world = await startWorld({ policy: tools(server.port, '[/a, /b]', 1), capturedPort: server.port });
  const open = async (path: string): Promise<Awaited<ReturnType<World['enter']>>> => {
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: api.example.com:${server.port}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\n');
    return socket;
  };
  return { world, port: server.port, streams, a: await open('/a'), b: await open('/b') };
}

test('a new policy cuts the calls that it no longer permits and leaves the others alone', async () => {
  const { world, port, streams, a, b } = await streaming();
  const cut = readAll(b);
  world.source.change(tools(port, '[/a]', 2));
  await cut;
  streams.get('/a')?.write('data: still here\n\n');

  expect(await readUntil(a, 'still here')).toContain('data: still here');
  expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'permit-withdrawn', status: 200 });
  expect(world.records.outcomes).toHaveLength(1);
});

test('a policy that is not renewed in time cuts the calls that are under way, and the record says that it was stale', async () => {
  const { world, port, a, b } = await streaming();
  const cut = Promise.all([readAll(a), readAll(b)]);
  world.source.change(renew(tools(port, '[/a, /b]', 2), Date.now() + 100));
  await cut;

  expect([await world.records.outcome(0), await world.records.outcome(1)]).toMatchObject([
    { result: 'cut', reason: 'policy-stale', sentence: expect.stringContaining('has not been renewed') }, { result: 'cut', reason: 'policy-stale' },
  ]);
  expect(world.records.notices.filter(({ event }) => event === 'policy-stale')).toHaveLength(1);
});

test('a new policy that permits the same leaves every call alone', async () => {
  const { world, port, streams, a, b } = await streaming();
  world.source.change(tools(port, '[/a, /b, /c]', 2));
  streams.get('/a')?.write('data: a\n\n');
  streams.get('/b')?.write('data: b\n\n');

  expect(await readUntil(a, 'data: a')).toContain('data: a');
  expect(await readUntil(b, 'data: b')).toContain('data: b');
});

test('a policy that no longer lists the address that was dialled cuts the call', async () => {
  const { world, port, a, b } = await streaming();
  const cut = Promise.all([readAll(a), readAll(b)]);
  world.source.change(tools(port, '[/a, /b]', 2, '127.0.0.2/32'));
  await cut;

  expect((await world.records.outcome(1)).reason).toBe('permit-withdrawn');
});

test('a policy that changes while the record is written is obeyed: nothing is sent', async () => {
  const server = await startToolServer({ hosts: [] });
  const world = await startWorld({ policy: tools(server.port, '[/a]', 1) });
  world.records.before = (draft) => {
    if (draft.kind === 'intent') world.source.change(tools(server.port, '[/b]', 2));
  };
  const answer = await world.ask('absolute', 'api.example.com', { path: '/a', port: server.port });

  expect(answer).toMatchObject({ status: 403, problem: { reason: 'permit-withdrawn' } });
  expect(server.connections()).toBe(0);
  expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason: 'permit-withdrawn' });
});

test('an open connection to an address that is no longer listed is not used again', async () => {
  const server = await startToolServer({ hosts: [] });
  const world = await startWorld({ policy: tools(server.port, '["/**"]', 1) });
  await world.ask('absolute', 'api.example.com', { path: '/a', port: server.port });
  world.source.change(tools(server.port, '["/**"]', 2, '127.0.0.2/32'));
  const answer = await world.ask('absolute', 'api.example.com', { path: '/a', port: server.port });

  expect(answer.problem?.reason).toBe('address-forbidden');
  expect(server.calls).toHaveLength(1);
});

test('in observe mode a call passes, and the record says what enforcing would have done', async () => {
  const server = await startToolServer({ hosts: [] });
  const world = await startWorld({
    policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: "off"}, access: read-only}`, 1, 'observe'),
  });
  const answer = await world.ask('absolute', 'api.example.com', { method: 'DELETE', port: server.port });

  expect(answer.status).toBe(200);
  expect(await world.records.intent()).toMatchObject({ decision: 'permit', reason: 'observed', wouldBe: { kind: 'deny', reason: 'no-rule-matched' } });
});
