import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FLAG, FRAME, fieldBlock, frame, PREFACE, readFrames, type ReadFrame } from '../../fakes/http2-frames.ts';
import { startToolServer, type ToolServer, type ToolServerOptions } from '../../fakes/tool-server.ts';
import { policyOf, startWorld, type Way, type World, type WorldOptions } from './harness.ts';

const WAYS = ['connect-tls', 'captured-tls'] as const;

async function worldOf(server: Partial<ToolServerOptions> = {}, world: Partial<WorldOptions> = {}): Promise<{ world: World; server: ToolServer }> {
  const tools = await startToolServer({ hosts: ['api.example.com'], ...server });
  onTestFinished(async () => { await tools.close(); });
  return {
    server: tools,
    world: await startWorld({
      ca: [tools.ca], capturedPort: tools.port, ...world,
      policy: policyOf(`
- name: api
  http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8]}
  access: full
  rules:
  - deny: {paths: [/secret/**]}`),
    }),
  };
}

async function session(world: World, way: Way = 'captured-tls'): Promise<ClientHttp2Session> {
  const socket = await world.enter(way, 'api.example.com', { alpn: ['h2'] });
  const client = connectHttp2('https://api.example.com', { createConnection: () => socket as never });
  client.on('error', () => {});
  onTestFinished(() => { client.destroy(); });
  return client;
}

interface Http2Answer {
  readonly headers: IncomingHttpHeaders & { ':status'?: number };
  readonly body: string;
  readonly trailers: IncomingHttpHeaders;
}

async function answer(stream: ClientHttp2Stream): Promise<Http2Answer> {
  let trailers: IncomingHttpHeaders = {};
  let body = '';
  stream.on('trailers', (fields) => { trailers = fields; });
  stream.setEncoding('latin1');
  stream.on('data', (text: string) => { body += text; });
  const [headers] = await once(stream, 'response') as [Http2Answer['headers']];
  if (!stream.readableEnded) await once(stream, 'end');
  return { headers, body, trailers };
}

function authorityOf(server: ToolServer): string {
  return `api.example.com:${server.port}`;
}

async function ask(client: ClientHttp2Session, server: ToolServer, fields: Record<string, string> = {}, body?: string): Promise<Http2Answer> {
  const stream = client.request({ ':path': '/', ':authority': authorityOf(server), ...fields });
  const answered = answer(stream);
  stream.end(body);
  return await answered;
}

describe('agents that speak HTTP/2', () => {
  test.each(WAYS)('%s: a call is judged, sent in HTTP/1.1, answered and recorded', async (way) => {
    const { world, server } = await worldOf();
    const answered = await ask(await session(world, way), server, { ':method': 'POST', ':path': '/a?b=c', 'x-one': '1' }, 'hello');

    expect(answered).toMatchObject({ headers: { ':status': 200 }, body: 'POST /a?b=c hello' });
    expect(server.calls[0]).toMatchObject({ headers: { host: authorityOf(server), 'x-one': '1', 'transfer-encoding': 'chunked' }, body: 'hello' });
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', status: 200, request: { bytes: 5 }, response: { bytes: 17 } });
    expect(await world.records.intent()).toMatchObject({ decision: 'permit', method: 'POST', path: '/a', query: 'b=c', authority: { scheme: 'https', host: 'api.example.com', port: server.port } });
    expect(answered.headers['sallyport-call']).toBe((await world.records.intent()).call);
  });

  test('undici, which prefers HTTP/2 where it may, is answered', async () => {
    const { world, server } = await worldOf();
    const socket = await world.enter('captured-tls', 'api.example.com', { alpn: ['h2', 'http/1.1'] });
    const client = new Client(`https://${authorityOf(server)}`, { allowH2: true, connect: (_, done) => { done(null, socket); } });
    onTestFinished(async () => { await client.destroy(); });
    const answers = await Promise.all(['/a', '/b'].map(async (path) => await (await client.request({ path, method: 'POST', body: 'hi' })).body.text()));

    expect(answers).toEqual(['POST /a hi', 'POST /b hi']);
    expect((socket as TLSSocket).alpnProtocol).toBe('h2');
  });

  test('many calls share one connection, each with its own record', async () => {
    const { world, server } = await worldOf();
    const client = await session(world);
    const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => await ask(client, server, { ':path': `/${index}` })));

    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, (_, index) => `GET /${index} `));
    await world.records.outcome(19);
    expect(new Set(world.records.intents.map(({ call }) => call)).size).toBe(20);
  });

  test('a refusal says why, and the connection goes on', async () => {
    const { world, server } = await worldOf();
    const client = await session(world);
    const refused = await ask(client, server, { ':path': '/secret/key' });

    expect(refused.headers).toMatchObject({ ':status': 403, 'content-type': 'application/problem+json' });
    expect(JSON.parse(refused.body)).toMatchObject({ reason: 'denied-by-rule', rule: 'api/rules[0]' });
    expect((await ask(client, server)).headers[':status']).toBe(200);
    expect(server.calls).toHaveLength(1);
  });

  test('pieces of a Cookie are put together, and fields keep their order', async () => {
    const { world, server } = await worldOf();
    await ask(await session(world), server, { cookie: 'a=1', 'x-b': '2' });
    const client = await raw(world);
    client.request([...requestTo(server), ['cookie', 'a=1'], ['x', 'y'], ['cookie', 'b=2']]);
    await client.headers(1);

    expect(server.calls[1]?.headers.cookie).toBe('a=1; b=2');
  });

  test('a body that is larger than every window arrives whole in both directions', async () => {
    const { world, server } = await worldOf({ answer: (call, response) => { response.end(call.body); } });
    const body = 'x'.repeat(3_000_000);
    const answered = await ask(await session(world), server, { ':method': 'PUT' }, body);

    expect(answered.body.length).toBe(body.length);
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', request: { bytes: body.length }, response: { bytes: body.length } });
  });

  test('trailers go both ways', async () => {
    const { world, server } = await worldOf({ answer: (_, response) => { response.addTrailers({ 'x-sum': '9' }); response.end('done'); }, handle: undefined as never });
    const client = await session(world);
    const stream = client.request({ ':method': 'POST', ':path': '/', ':authority': authorityOf(server) }, { waitForTrailers: true });
    stream.on('wantTrailers', () => { stream.sendTrailers({ 'x-check': '7' }); });
    const answered = answer(stream);
    stream.end('body');

    expect((await answered).body).toBe('done');
    expect(server.calls[0]?.trailers).toEqual({ 'x-check': '7' });
  });

  test('a name other than the connection\'s is misdirected, in :authority and in Host', async () => {
    const { world, server } = await worldOf();
    const client = await session(world);
    const other = await ask(client, server, { ':authority': `other.example.com:${server.port}` });
    const host = await ask(client, server, { host: `other.example.com:${server.port}` });

    expect([other, host].map(({ headers }) => headers[':status'])).toEqual([421, 421]);
    expect(JSON.parse(host.body)).toMatchObject({ reason: 'authority-mismatch' });
    expect(world.records.intents.map(({ reason }) => reason)).toEqual(['authority-mismatch', 'authority-mismatch']);
    expect(server.connections()).toBe(0);
  });

  test('an agent that resets a call ends it at the upstream too', async () => {
    const { promise: left, resolve: gone } = Promise.withResolvers<void>();
    const { world, server } = await worldOf({ handle: (request, response) => { request.on('close', () => { gone(); }); response.write('first'); } });
    const client = await session(world);
    const stream = client.request({ ':path': '/', ':authority': authorityOf(server) });
    stream.on('error', () => {});
    await once(stream, 'data');
    stream.close(8);

    await left;
    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
    expect((await world.records.intent()).decision).toBe('permit');
  });

  test.each([['announced', { 'content-length': '10' }], ['unknown', {}]])('an upstream that breaks off an answer of %s length resets the stream, so that half of it is not taken for all', async (_, fields) => {
    const { world, server } = await worldOf({ handle: (__, response) => { response.writeHead(200, fields as never); response.write('half'); setTimeout(() => { response.destroy(); }, 20); } });
    const client = await raw(world);
    client.request(requestTo(server));
    const reset = await client.until(({ type, stream }) => type === FRAME.reset && stream === 1);

    expect(reset?.payload.readUInt32BE()).toBe(2);
    expect(client.frames().filter(({ type, flags }) => type === FRAME.data && (flags & FLAG.endStream) !== 0)).toEqual([]);
    expect(await world.records.outcome()).toMatchObject({ result: 'cut' });
  });

  test('an answer that the agent does not read is not read from the upstream either', async () => {
    let written = 0;
    const { world, server } = await worldOf({
      handle: (_, response) => {
        const more = (): void => { while (response.write(Buffer.alloc(65_536))) written += 65_536; response.once('drain', more); };
        more();
      },
    });
    const stream = (await session(world)).request({ ':path': '/', ':authority': authorityOf(server) });
    stream.on('error', () => {});
    await once(stream, 'response');
    await new Promise((resolve) => { setTimeout(resolve, 300); });

    expect(written).toBeLessThan(16 * 1024 * 1024);
    stream.destroy();
  });

  test('an upload that the upstream does not read stops the agent', async () => {
    const { world, server } = await worldOf({ handle: (request) => { request.pause(); } });
    const stream = (await session(world)).request({ ':method': 'POST', ':path': '/', ':authority': authorityOf(server) });
    stream.on('error', () => {});
    let taken = 0;
    const more = (): void => { if (taken < 64_000_000) stream.write(Buffer.alloc(65_536), () => { taken += 65_536; more(); }); };
    more();
    await new Promise((resolve) => { setTimeout(resolve, 500); });

    expect(taken).toBeLessThan(16 * 1024 * 1024);
    stream.destroy();
  });

  test('a client that offers no protocol that is let through is refused', async () => {
    const { world } = await worldOf();
    await expect(world.enter('captured-tls', 'api.example.com', { alpn: ['h3', 'spdy/3.1'] })).rejects.toThrow(/no application protocol/i);

    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'protocol-unknown' });
  });

  test('the client\'s order of protocols decides', async () => {
    const { world } = await worldOf();
    const first = await world.enter('captured-tls', 'api.example.com', { alpn: ['h2', 'http/1.1'] });
    const second = await world.enter('captured-tls', 'api.example.com', { alpn: ['http/1.1', 'h2'] });

    expect([first, second].map((socket) => (socket as TLSSocket).alpnProtocol)).toEqual(['h2', 'http/1.1']);
  });

  test('an idle connection is ended, and a connection without a call when the proxy closes', async () => {
    const { world } = await worldOf({}, { limits: { idleTimeout: 100 } });
    const client = await session(world);
    await once(client, 'close');

    expect(client.closed).toBe(true);
  });

  test('a closing proxy lets the call under way finish and takes no other', async () => {
    const { promise: finishing, resolve: finish } = Promise.withResolvers<void>();
    const { world, server } = await worldOf({ handle: (_, response) => { response.write('early '); void finishing.then(() => response.end('late')); } });
    const client = await session(world);
    const stream = client.request({ ':path': '/', ':authority': authorityOf(server) });
    const answered = answer(stream);
    await once(stream, 'response');
    const closed = world.proxy.close(5_000);
    finish();

    expect((await answered).body).toBe('early late');
    await closed;
    expect(world.records.outcomes).toMatchObject([{ result: 'completed' }]);
  });
});

/* What no library would write. */

interface RawClient {
  readonly socket: Socket;
  request(fields: readonly (readonly [string, string])[], stream?: number, flags?: number): void;
  frames(): ReadFrame[];
  /** Resolves with the first frame that `find` accepts; `undefined` if the connection ends before. */
  until(find: (frame: ReadFrame) => boolean): Promise<ReadFrame | undefined>;
  headers(stream: number): Promise<ReadFrame | undefined>;
}

async function raw(world: World): Promise<RawClient> {
  const socket = await world.enter('captured-tls', 'api.example.com', { alpn: ['h2'] });
  let received = Buffer.alloc(0);
  let ended = false;
  const looking = new Set<() => void>();
  const look = (): void => { for (const each of looking) each(); };
  socket.on('data', (chunk: Buffer) => { received = Buffer.concat([received, chunk]); look(); });
  socket.on('close', () => { ended = true; look(); });
  onTestFinished(() => { socket.destroy(); });
  socket.write(Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0)]));
  const until = async (find: (frame: ReadFrame) => boolean): Promise<ReadFrame | undefined> => await new Promise((resolve) => {
    const each = (): void => {
      const found = readFrames(received).find(find);
      if (found === undefined && !ended) return;
      looking.delete(each);
      resolve(found);
    };
    looking.add(each);
    each();
  });
  return {
    socket, until,
    request: (fields, stream = 1, flags = FLAG.endHeaders | FLAG.endStream) => { socket.write(frame(FRAME.headers, flags, stream, fieldBlock(fields))); },
    frames: () => readFrames(received),
    headers: async (stream) => await until((each) => each.stream === stream && (each.type === FRAME.headers || each.type === FRAME.reset)),
  };
}

function requestTo(server: ToolServer, change: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries({ ':method': 'GET', ':scheme': 'https', ':path': '/', ':authority': authorityOf(server), ...change });
}

function extra(name: string, value: string): (server: ToolServer) => [string, string][] {
  return (server) => [...requestTo(server), [name, value]];
}

describe('streams that another reader could take for something else', () => {
  const cases: [string, (server: ToolServer) => [string, string][]][] = [
    ['a field name in upper case', extra('X-Up', '1')],
    ['connection', extra('connection', 'close')],
    ['transfer-encoding', extra('transfer-encoding', 'chunked')],
    ['upgrade', extra('upgrade', 'h2c')],
    ['keep-alive', extra('keep-alive', 'timeout=5')],
    ['proxy-connection', extra('proxy-connection', 'keep-alive')],
    ['te other than trailers', extra('te', 'gzip')],
    ['a pseudo-header field twice', extra(':method', 'POST')],
    ['a pseudo-header field behind a regular one', (server) => [['x', 'y'], ...requestTo(server)]],
    ['an unknown pseudo-header field', extra(':status', '200')],
    ['an extended CONNECT', (server) => [...requestTo(server, { ':method': 'CONNECT' }), [':protocol', 'websocket']]],
    ['content-length twice', (server) => [...requestTo(server), ['content-length', '0'], ['content-length', '0']]],
    ['a length without a body', extra('content-length', '5')],
    ['another scheme', (server) => requestTo(server, { ':scheme': 'http' })],
    ['a method in lower case', (server) => requestTo(server, { ':method': 'get' })],
    ['CONNECT', (server) => [[':method', 'CONNECT'], [':authority', authorityOf(server)]]],
    ['a URL as path', (server) => requestTo(server, { ':path': 'https://other.example.com/' })],
    ['no path', (server) => requestTo(server).filter(([name]) => name !== ':path')],
    ['a space in the path', (server) => requestTo(server, { ':path': '/a HTTP/1.1' })],
    ['a line end in the path', (server) => requestTo(server, { ':path': '/a\r\nx: y' })],
    ['a fragment in the path', (server) => requestTo(server, { ':path': '/a#b' })],
    ['user information in the authority', (server) => requestTo(server, { ':authority': `api.example.com@${authorityOf(server)}` })],
    ['two hosts', (server) => [...requestTo(server), ['host', authorityOf(server)], ['host', authorityOf(server)]]],
    ['another expectation', extra('expect', '200-ok')],
  ];

  test.each(cases)('%s: refused, and nothing is sent', async (_, fields) => {
    const { world, server } = await worldOf();
    const client = await raw(world);
    client.request(fields(server));
    const refused = await client.headers(1);

    expect(refused).toBeDefined();
    // Either a reset, or an answer whose status is not 200 (index 8 of the static table).
    expect(refused?.type === FRAME.reset || refused?.payload[0] !== 0x88).toBe(true);
    expect(world.records.intents.filter(({ decision }) => decision === 'permit')).toEqual([]);
    expect(server.calls).toHaveLength(0);
  });

  test.each([
    ['a line end in a value', 'x-a', 'b\r\nx-smuggled: 1'],
    ['a NUL in a value', 'x-a', 'b\0c'],
    ['a space in a name', 'x a', 'b'],
    ['a colon in a name', 'x:a', 'b'],
    ['an empty name', '', 'b'],
  ])('%s: never reaches the upstream', async (_, name, value) => {
    const { world, server } = await worldOf();
    const client = await raw(world);
    client.request([...requestTo(server), [name, value]]);
    await client.headers(1);

    expect(server.calls.flatMap(({ rawHeaders }) => rawHeaders).filter((text) => text === name || /smuggled|[\0\r\n]/.test(text))).toEqual([]);
  });

  test('a body longer than announced, or shorter, is refused', async () => {
    const { world, server } = await worldOf();
    for (const [stream, bytes] of [[1, 9], [3, 2]] as const) {
      const client = await raw(world);
      client.request([...requestTo(server, { ':method': 'POST' }), ['content-length', '5']], stream, FLAG.endHeaders);
      client.socket.write(frame(FRAME.data, FLAG.endStream, stream, Buffer.alloc(bytes, 'x')));
      const answered = await client.headers(stream);
      expect(answered?.type === FRAME.reset || answered?.payload[0] !== 0x88).toBe(true);
    }
    expect(server.calls).toHaveLength(0);
  });

  test('trailers that belong in a head are refused', async () => {
    const { world, server } = await worldOf();
    const client = await raw(world);
    client.request(requestTo(server, { ':method': 'POST' }), 1, FLAG.endHeaders);
    client.socket.write(frame(FRAME.data, 0, 1, Buffer.from('x')));
    client.request([['authorization', 'Bearer x']], 1);
    await client.headers(1);

    expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason: 'request-malformed' });
  });

  test('HTTP/1.1 on a connection that was to speak HTTP/2 ends it', async () => {
    const { world, server } = await worldOf();
    const socket = await world.enter('captured-tls', 'api.example.com', { alpn: ['h2'] });
    socket.write(`GET / HTTP/1.1\r\nHost: ${authorityOf(server)}\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');

    expect(server.connections()).toBe(0);
    expect((await world.records.until(({ notices }) => notices.find(({ event }) => event === 'http2-failed'))).sentence).toContain('HTTP/2 connection for api.example.com');
  });

  test.each(['captured-plain', 'connect-plain'] as const)('%s: HTTP/2 in the clear is refused, by prior knowledge and by upgrade', async (way) => {
    const { world, server } = await worldOf();
    const prior = await world.enter(way, 'api.example.com', { port: server.port });
    prior.write(PREFACE);
    prior.resume();
    await once(prior, 'close');
    const answered = await world.ask(way, 'api.example.com', { port: server.port, headers: { connection: 'upgrade, http2-settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' } });

    expect(answered).toMatchObject({ status: 403, problem: { reason: 'upgrade-refused' } });
    expect(world.records.intents.map(({ reason }) => reason)).toEqual(['protocol-unknown', 'upgrade-refused']);
  });
});

describe('floods on one connection', () => {
  test('opening and resetting streams without end ends the connection (rapid reset)', async () => {
    const { world, server } = await worldOf();
    const client = await raw(world);
    for (let stream = 1; stream < 4_001; stream += 2) {
      client.request(requestTo(server), stream);
      client.socket.write(frame(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, 8])));
    }
    expect(await client.until(({ type }) => type === FRAME.goaway)).toBeDefined();
  });

  test('a head that goes on and on ends the connection or the stream (CONTINUATION)', async () => {
    const { world, server } = await worldOf();
    const client = await raw(world);
    client.request(requestTo(server), 1, 0);
    const piece = frame(FRAME.continuation, 0, 1, fieldBlock(Array.from({ length: 50 }, (_, index) => [`x-${index}`, 'y'.repeat(200)] as const)));
    for (let index = 0; index < 200 && !client.socket.destroyed; index += 1) client.socket.write(piece);
    const ended = await client.until(({ type }) => type === FRAME.goaway || type === FRAME.reset);

    expect(ended === undefined || ended.type !== FRAME.headers).toBe(true);
    expect(server.calls).toHaveLength(0);
  });

  test.each([['PING', FRAME.ping, Buffer.alloc(8)], ['SETTINGS', FRAME.settings, Buffer.from([0, 3, 0, 0, 0, 100])]] as const)('%s without end keeps nobody else from being answered', async (_, type, payload) => {
    const { world, server } = await worldOf();
    const socket = await world.enter('captured-tls', 'api.example.com', { alpn: ['h2'] });
    socket.pause();
    socket.on('error', () => {});
    onTestFinished(() => { socket.destroy(); });
    socket.write(Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0), ...Array.from({ length: 100_000 }, () => frame(type, 0, 0, payload))]));

    expect((await ask(await session(world), server)).headers[':status']).toBe(200);
  });

  test('a head over the bound is answered 431', async () => {
    const { world, server } = await worldOf();
    const answered = await ask(await session(world), server, Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, 'y'])));

    expect(answered.headers[':status']).toBe(431);
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'header-too-large' });
  });

  test('calls beyond the bound on all of them together are refused', async () => {
    const { world, server } = await worldOf({ handle: () => {} }, { limits: { connections: 3 } });
    const client = await session(world);
    const under = Array.from({ length: 3 }, () => client.request({ ':path': '/', ':authority': authorityOf(server) }));
    for (const stream of under) stream.on('error', () => {});
    await world.records.intent(2);
    const refused = await ask(client, server);

    expect(refused.headers[':status']).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ reason: 'too-many-connections' });
  });
});
