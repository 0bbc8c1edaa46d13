import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { HostName } from '../../../src/core/terms/authority.ts';
import { startToolServer, type ToolServer, type ToolServerOptions } from '../../fakes/tool-server.ts';
import { policyOf, readAll, readUntil, startWorld, type World, type WorldOptions } from './harness.ts';

async function plainWorld(server: Omit<ToolServerOptions, 'hosts'> = {}, options: Partial<WorldOptions> = {}): Promise<{ world: World; server: ToolServer; at: string }> {
  const tools = await startToolServer({ hosts: [], ...server });
  const world = await startWorld({
    capturedPort: tools.port,
    policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8], tls: "off"}, access: full, rules: [{deny: {paths: [/secret]}}]}`),
    ...options,
  });
  return { world, server: tools, at: `api.example.com:${tools.port}` };
}

/** The first bytes of a TLS client that says no more. */
async function clientHello(servername: string): Promise<Buffer> {
  return await new Promise((resolve) => {
    const socket = new Duplex({ read: () => {}, write: (chunk: Buffer, _, done) => { resolve(chunk); done(); } });
    connectTls({ socket, servername }).on('error', () => {});
  });
}

async function secureWorld(server: Omit<ToolServerOptions, 'hosts'>): Promise<{ world: World; server: ToolServer; at: string }> {
  const tools = await startToolServer({ hosts: ['api.example.com'], ...server });
  const world = await startWorld({
    ca: [tools.ca],
    capturedPort: tools.port,
    policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8]}, access: full}`),
  });
  return { world, server: tools, at: `api.example.com:${tools.port}` };
}

describe('upstreams that fail', () => {
  test.each([
    ['an answer that is no HTTP', 'garbage\r\n\r\n', 'upstream-malformed', 502],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!', 'upstream-malformed', 502],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'upstream-malformed', 502],
    ['a bare line feed', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok', 'upstream-malformed', 502],
    ['a switch of protocols that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n', 'upstream-malformed', 502],
  ])('%s: a problem document, and the outcome says why', async (_, bytes, reason, status) => {
    const { world, server } = await plainWorld({ raw: (socket) => { socket.write(bytes); } });
    const answer = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(answer).toMatchObject({ status, problem: { reason } });
    expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason });
  });

  test('an answer that breaks off in its body is cut at the agent as well, and never ended as if whole', async () => {
    const { world, at } = await plainWorld({ raw: (socket) => { socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'); } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    const text = await readAll(socket);

    expect(text).toContain('hello');
    expect(text).not.toMatch(/0\r\n\r\n$/);
    expect(await world.records.outcome()).toMatchObject({ result: 'cut', status: 200 });
  });

  test('over TLS the cut is a reset, since HTTP/1.0 would take an end for the end of the answer', async () => {
    const { world, at } = await secureWorld({ handle: (_, response) => { response.write('hello', () => { response.destroy(); }); } });
    const socket = await world.enter('captured-tls', 'api.example.com');
    const failed = once(socket, 'error');
    socket.write(`GET / HTTP/1.0\r\nHost: ${at}\r\n\r\n`);
    socket.resume();

    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(await world.records.outcome()).toMatchObject({ result: 'cut', status: 200 });
  });

  test('nobody listens', async () => {
    const { world, server } = await plainWorld();
    await server.close();
    const answer = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(answer).toMatchObject({ status: 502, problem: { reason: 'upstream-unreachable' } });
  });

  test('no answer in time', async () => {
    const { world, server } = await plainWorld({ raw: () => {} }, { limits: { answerTimeout: 60 } });
    const answer = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(answer).toMatchObject({ status: 504, problem: { reason: 'upstream-timeout' } });
    await expect.poll(() => server.open()).toBe(0);
  });

  test('an answer that stands still is cut', async () => {
    const { world, at } = await plainWorld({ raw: (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'); } }, { limits: { bodyTimeout: 60 } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await readAll(socket);

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'upstream-timeout' });
  });

  test('a certificate that nobody trusts', async () => {
    const tools = await startToolServer({ hosts: ['api.example.com'] });
    const world = await startWorld({ capturedPort: tools.port, policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8]}, access: full}`) });
    const answer = await world.ask('captured-tls', 'api.example.com', { port: tools.port });

    expect(answer).toMatchObject({ status: 502, problem: { reason: 'upstream-untrusted' } });
    expect(tools.calls).toEqual([]);
  });

  test('a certificate for another name', async () => {
    const tools = await startToolServer({ hosts: ['other.example.com'] });
    const world = await startWorld({ ca: [tools.ca], capturedPort: tools.port, policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8]}, access: full}`) });
    const answer = await world.ask('captured-tls', 'api.example.com', { port: tools.port });

    expect(answer).toMatchObject({ status: 502, problem: { reason: 'upstream-untrusted' } });
    expect(tools.calls).toEqual([]);
  });
});

describe('agents that leave', () => {
  test('while the answer is awaited: the upstream is left too, and the outcome says so', async () => {
    const { world, server, at } = await plainWorld({ raw: () => {} });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await expect.poll(() => server.open()).toBe(1);
    socket.destroy();

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
    await expect.poll(() => server.open()).toBe(0);
  });

  test('in the middle of a body: the upstream never sees a whole request', async () => {
    const { world, server, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`POST / HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 10\r\n\r\nhello`);
    await expect.poll(() => server.open()).toBe(1);
    socket.destroy();

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone', request: { bytes: 5 } });
    await expect.poll(() => server.open()).toBe(0);
  });

  test.each(['captured-plain', 'connect-tls'] as const)('behind an upload that the upstream does not take, by %s: the upstream is left', async (way) => {
    const stalled = Promise.withResolvers<void>();
    const { world, at } = way === 'connect-tls'
      ? await secureWorld({ handle: (incoming) => { incoming.pause(); stalled.resolve(); } })
      : await plainWorld({ raw: (socket) => { socket.pause(); stalled.resolve(); } });
    const socket = await world.enter(way, 'api.example.com');
    socket.write(`POST / HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 100000000\r\n\r\n`);
    socket.write(Buffer.alloc(40_000_000));
    await stalled.promise;
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect(socket.writableLength).toBeGreaterThan(0);
    socket.destroy();

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
    await expect.poll(() => world.proxy.metrics()).toMatch(/sallyport_connections\{side="agent"\} 0\n[^]*\{side="upstream"\} 0\n/);
  });

  test('before the record is written: nothing is sent', async () => {
    const { world, server, at } = await plainWorld();
    const written = Promise.withResolvers<void>();
    world.records.before = (draft) => (draft.kind === 'intent' ? written.promise : undefined);
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    socket.destroy();
    await expect.poll(() => world.proxy.metrics()).toMatch(/sallyport_connections\{side="agent"\} 0\n/);
    written.resolve();

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
    expect(server.connections()).toBe(0);
  });
});

const late: ToolServerOptions['answer'] = (_, response) => { setTimeout(() => { response.end('at last'); }, 700); };

describe('agents that end their side once they have asked', () => {
  const CONTENT = /\r\n\r\n(?:7\r\n)?at last(?:\r\n0\r\n\r\n)?$/;

  test.each(['absolute', 'captured-plain', 'connect-plain', 'captured-tls', 'connect-tls'] as const)('are answered, and then the connection ends, by %s', async (way) => {
    const { world, at } = way.endsWith('tls') ? await secureWorld({ answer: late }) : await plainWorld({ answer: late });
    const socket = await world.enter(way, 'api.example.com');
    const text = readAll(socket);
    socket.end(`POST ${way === 'absolute' ? `http://${at}` : ''}/ HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 2\r\n\r\nhi`);

    expect(await text).toMatch(CONTENT);
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', status: 200 });
  });

  test('get every answer to what they asked in one go, and none to what they did not finish', async () => {
    const { world, server, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    const text = readAll(socket);
    socket.end(`GET /1 HTTP/1.1\r\nHost: ${at}\r\n\r\nGET /2 HTTP/1.1\r\nHost: ${at}\r\n\r\nPOST /3 HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 9\r\n\r\nhi`);

    expect((await text).match(/GET \/\d/g)).toEqual(['GET /1', 'GET /2']);
    expect(await world.records.outcome(2)).toMatchObject({ result: 'cut', reason: 'client-gone' });
    expect(server.calls.map(({ url }) => url)).toEqual(['/1', '/2']);
  });
});

describe('bodies that cannot be read', () => {
  const BROKEN = 'Transfer-Encoding: chunked\r\n\r\nzz\r\n';

  test('the refusal says that the connection ends, and it does', async () => {
    const { world, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`POST / HTTP/1.1\r\nHost: ${at}\r\n${BROKEN}`);

    expect(await readUntil(socket, '}\n')).toMatch(/^HTTP\/1.1 400 [^]*connection: close\r\n/);
    await once(socket, 'end');
  });

  test.each([
    ['allowed', '/', [{ result: 'failed', reason: 'request-malformed' }]],
    ['denied', '/secret', []],
  ])('before the record is written: an outcome only if the call is permitted (%s)', async (_, path, outcomes) => {
    const { world, at, server } = await plainWorld();
    const written = Promise.withResolvers<void>();
    world.records.before = (draft) => (draft.kind === 'intent' ? written.promise : undefined);
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: ${at}\r\n${BROKEN}`);
    await readUntil(socket, '}\n');
    written.resolve();
    await world.records.intent();
    await new Promise((resolve) => { setTimeout(resolve, 20); });

    expect(world.records.outcomes).toMatchObject(outcomes);
    expect(world.records.outcomes).toHaveLength(outcomes.length);
    expect(server.connections()).toBe(0);
  });
});

describe('limits', () => {
  test('a head that trickles in is refused when its time is over, however steadily it trickles', async () => {
    const { world } = await plainWorld({}, { limits: { headTimeout: 80 } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    const trickle = setInterval(() => { socket.write('a'); }, 10);
    socket.write('GET /');
    const text = await readAll(socket);
    clearInterval(trickle);

    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'request-timeout', authority: { host: 'api.example.com' } });
  });

  test('a body that stands still is refused', async () => {
    const { world, at } = await plainWorld({}, { limits: { bodyTimeout: 80 } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`POST / HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 10\r\n\r\nhello`);

    expect(await readUntil(socket, '}\n')).toMatch(/^HTTP\/1.1 408 /);
    expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason: 'request-timeout' });
  });

  test('an agent that does not read its answer is cut, and it is not put down to the upstream', async () => {
    const { world, at } = await plainWorld({ handle: (_, response) => { response.end(Buffer.alloc(32 * 1024 * 1024)); } }, { limits: { bodyTimeout: 100 } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone', status: 200 });
  });

  test('an idle connection is closed', async () => {
    const { world } = await plainWorld({}, { limits: { idleTimeout: 50 } });
    const [silent, kept] = [await world.enter('captured-plain', 'api.example.com'), await world.enter('connect-plain', 'api.example.com')];
    kept.write('GET / HTTP/1.1\r\nHost: denied.example.com\r\n\r\n');

    await Promise.all([readAll(silent), readAll(kept)]);
  });

  test('a TLS handshake that is not finished is given up', async () => {
    const { world } = await plainWorld({}, { limits: { handshakeTimeout: 50 } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(Buffer.from([0x16, 0x03, 0x01]));
    await readAll(socket);

    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'tls-malformed' });
  });

  test('beyond the limit of connections the idle ones give way, the oldest first', async () => {
    const { world, server } = await plainWorld({}, { limits: { connections: 3 } });
    const oldest = await world.enter('absolute', 'api.example.com');
    const tunnel = await world.enter('connect-plain', 'api.example.com');
    const captured = await world.enter('captured-plain', 'api.example.com');
    await expect.poll(() => world.proxy.metrics()).toContain('sallyport_connections{side="agent"} 3');
    for (const way of [oldest, tunnel, captured]) {
      const ended = once(way, 'close');
      expect((await world.ask('absolute', 'api.example.com', { port: server.port })).status).toBe(200);
      await ended;
    }
  });

  test('beyond the limit with a call under way on each connection the next is told so, and welcome once there is room', async () => {
    const { world, server, at } = await plainWorld({ raw: () => {} }, { limits: { connections: 2 } });
    const busy = await Promise.all(['absolute', 'captured-plain'].map(async (way) => await world.enter(way as 'absolute' | 'captured-plain', 'api.example.com')));
    busy[0]?.write(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    busy[1]?.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await expect.poll(() => server.open()).toBe(2);
    const refused = await world.ask('absolute', 'api.example.com', { method: 'POST', body: 'x'.repeat(100_000), port: server.port });
    expect(refused).toMatchObject({ status: 503, headers: { connection: 'close' }, problem: { reason: 'too-many-connections', detail: expect.stringContaining('2 connections open') } });
    expect(world.records.notices.at(-1)).toMatchObject({ event: 'connection-refused', reason: 'too-many-connections' });
    await once(await world.enter('captured-plain', 'api.example.com'), 'close');
    busy[0]?.destroy();
    await expect.poll(() => world.proxy.metrics()).toContain('sallyport_connections{side="agent"} 1');

    expect((await world.ask('captured-plain', 'denied.example.com')).status).toBe(403);
  });

  test('no more of those are answered at once than a few, and none waits for its answer for ever', async () => {
    const { world, server, at } = await plainWorld({ raw: () => {} }, { limits: { connections: 1 } });
    const busy = await world.enter('absolute', 'api.example.com');
    busy.write(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await expect.poll(() => server.open()).toBe(1);
    const silent = Array.from({ length: 64 }, () => connect(world.proxy.listening.explicit?.port ?? 0, '127.0.0.1').on('error', () => {}));
    await expect.poll(() => world.proxy.metrics()).toContain('turned_away_total 64');
    await expect(world.ask('absolute', 'api.example.com', { port: server.port })).rejects.toThrow();
    await Promise.all(silent.map(async (socket) => await once(socket.resume(), 'close')));

    expect((await world.ask('absolute', 'api.example.com', { port: server.port })).problem).toMatchObject({ reason: 'too-many-connections' });
  });

  test('a call for which no connection to its host becomes free in time is told so', async () => {
    const { world, server, at } = await plainWorld({ raw: () => {} }, { limits: { upstreamPerHost: 1, upstreamWait: 50 } });
    const busy = await world.enter('captured-plain', 'api.example.com');
    busy.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await expect.poll(() => server.open()).toBe(1);
    const answer = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(answer).toMatchObject({
      status: 503, problem: { reason: 'too-many-connections', detail: 'all 1 connections to api.example.com are in use.', hint: expect.stringContaining('fewer calls') },
    });
    expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason: 'too-many-connections' });
  });

  test('handshakes beyond the limit wait for their turn, which is when the one before is over', async () => {
    const started: string[] = [];
    const leafs = { leaf: (name: HostName) => { started.push(name); return world.authority.leaf(name); } };
    const { world, server } = await plainWorld({}, { limits: { handshakes: 1 }, ports: { leafs } });
    const stalled = await world.enter('captured-plain', 'api.example.com');
    stalled.write(await clientHello('api.example.com'));
    await expect.poll(() => started).toEqual(['api.example.com']);
    const others = ['other.example.com', 'denied.example.com', 'held.example.com'].map(async (name) => await world.enter('connect-tls', name));
    // Whole round trips later, with nobody's handshake over, none of them has begun.
    for (let round = 0; round < 3; round++) await world.ask('absolute', 'api.example.com', { port: server.port });
    expect(started).toHaveLength(1);
    stalled.destroy();

    expect(await Promise.all(others)).toHaveLength(3);
    expect(started.toSorted()).toEqual(['api.example.com', 'denied.example.com', 'held.example.com', 'other.example.com']);
  });

  test('a head beyond the bound is refused with 431', async () => {
    const { world, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`);

    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 431 /);
    expect(await world.records.intent()).toMatchObject({ reason: 'header-too-large' });
  });
});

describe('shutting down', () => {
  test('lets the call under way finish, takes no other, and says so when it is over', async () => {
    const begun = Promise.withResolvers<ServerResponse>();
    const { world, at } = await plainWorld({ handle: (_, response) => { response.flushHeaders(); begun.resolve(response); } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    const idle = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\n');
    const rest = readAll(socket);
    const closed = world.proxy.close(5_000);
    idle.destroy();
    expect(world.proxy.readiness()).toEqual({ ready: false, sentences: ['the proxy is shutting down'] });
    (await begun.promise).end('done');
    await closed;

    expect(await rest).toContain('done');
    expect(await world.records.outcome()).toMatchObject({ result: 'completed' });
    expect(world.records.notices.at(-1)).toMatchObject({ event: 'proxy-stopped' });
  });

  test('cuts what is not over in time', async () => {
    const { world, at } = await plainWorld({ raw: () => {} });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await world.records.intent();
    const rest = readAll(socket);
    await world.proxy.close(30);

    expect(world.records.outcomes).toMatchObject([{ result: 'cut', reason: 'shutting-down' }]);
    expect(await rest).toBe('');
  });

  test('waits for the outcomes of what it cuts, and for records that are still being written', async () => {
    const { world, at } = await plainWorld({ raw: () => {} });
    const [sent, unrecorded] = [await world.enter('captured-plain', 'api.example.com'), await world.enter('captured-plain', 'api.example.com')];
    sent.write(`POST / HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 1\r\n\r\nx`);
    await world.records.intent();
    world.records.before = async () => { await new Promise((resolve) => { setTimeout(resolve, 100); }); };
    unrecorded.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    await world.proxy.close(0);

    expect(world.records.intents).toHaveLength(2);
    expect(world.records.outcomes.map(({ call, result, reason }) => [call, result, reason])).toEqual(
      world.records.intents.map(({ call }) => [call, 'cut', 'shutting-down']),
    );
  });
});
