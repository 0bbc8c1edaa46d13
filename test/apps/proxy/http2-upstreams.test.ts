import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHttp2Server, type Http2Server } from '../../fakes/http2-server.ts';
import { startToolServer } from '../../fakes/tool-server.ts';
import { policyOf, startWorld, type World } from './harness.ts';

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const echo: Answer = (stream, headers) => {
  let body = '';
  stream.on('data', (chunk: Buffer) => { body += chunk.toString('latin1'); });
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'x-saw': String(headers['x-one'] ?? '') });
    stream.end(`${headers[':method']} ${headers[':path']} ${headers[':authority']} ${body}`);
  });
};

async function worldOf(answer: Answer = echo, hosts = '[api.example.com]'): Promise<{ world: World; server: Http2Server }> {
  const server = await startHttp2Server(answer);
  onTestFinished(() => { server.close(); });
  return { server, world: await worldTo(server, hosts) };
}

async function worldTo({ port, ca }: { port: number; ca: string }, hosts = '[api.example.com]'): Promise<World> {
  return await startWorld({
    ca: [ca], capturedPort: port,
    policy: policyOf(`
- name: api
  http: {hosts: ${hosts}, ports: [${port}], addresses: [127.0.0.0/8], http2: true}
  access: full`),
  });
}

describe('upstreams that speak HTTP/2, where the tool says so', () => {
  test('a call of HTTP/1.1 goes out in HTTP/2 and comes back', async () => {
    const { world, server } = await worldOf();
    const answer = await world.ask('captured-tls', 'api.example.com', { method: 'POST', path: '/a?b', headers: { 'x-one': '1', connection: 'keep-alive, x-hop', 'x-hop': '2' }, body: 'hello' });

    expect(answer).toMatchObject({ status: 200, body: `POST /a?b api.example.com:${server.port} hello`, headers: { 'x-saw': '1' } });
    expect(server.seen[0]).not.toHaveProperty('x-hop');
    expect(server.seen[0]).not.toHaveProperty('host');
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', status: 200, request: { bytes: 5 } });
  });

  test('calls at once share one connection; answers without a body end', async () => {
    const { world, server } = await worldOf((stream) => { stream.respond({ ':status': 204 }, { endStream: true }); });
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await world.ask('captured-tls', 'api.example.com')));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 204));
    expect(server.connections()).toBe(1);
  });

  test('two names have a connection each, though one server serves both', async () => {
    const { world, server } = await worldOf(echo, '[api.example.com, other.example.com]');
    const bodies = await Promise.all(['api.example.com', 'other.example.com'].map(async (host) => (await world.ask('captured-tls', host)).body));

    expect(bodies).toEqual([`GET / api.example.com:${server.port} `, `GET / other.example.com:${server.port} `]);
    expect(server.connections()).toBe(2);
  });

  test('a server that speaks HTTP/1.1 alone is called by that', async () => {
    const server = await startToolServer({ hosts: ['api.example.com'] });
    onTestFinished(async () => { await server.close(); });
    const world = await worldTo(server);

    expect((await world.ask('captured-tls', 'api.example.com')).status).toBe(200);
    expect((await world.ask('captured-tls', 'api.example.com')).status).toBe(200);
  });

  test('a stream that the server refused is sent again, whatever its method', async () => {
    let calls = 0;
    const { world } = await worldOf((stream, headers) => {
      calls += 1;
      if (calls === 1) stream.close(7);
      else echo(stream, headers);
    });
    expect(await world.ask('captured-tls', 'api.example.com', { method: 'POST', headers: { 'content-length': '0' } })).toMatchObject({ status: 502 });
    calls = 0;
    expect(await world.ask('captured-tls', 'api.example.com', { method: 'DELETE' })).toMatchObject({ status: 200 });
  });

  test('after GOAWAY the next call takes a new connection, and the one under way ends', async () => {
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const { world, server } = await worldOf((stream, headers) => {
      if (headers[':path'] !== '/slow') return echo(stream, headers);
      stream.session?.goaway(0);
      stream.respond({ ':status': 200 });
      void go.then(() => stream.end('slow'));
      return undefined;
    });
    const slow = world.ask('captured-tls', 'api.example.com', { path: '/slow' });
    await world.records.intent();
    await expect.poll(() => server.seen.length).toBe(1);
    expect((await world.ask('captured-tls', 'api.example.com')).status).toBe(200);
    resolve();

    expect((await slow).body).toBe('slow');
    expect(server.connections()).toBe(2);
  });

  test('a reset before the answer fails the call, and one in it cuts the answer', async () => {
    const { world } = await worldOf((stream, headers) => {
      if (headers[':path'] === '/late') {
        stream.respond({ ':status': 200 });
        stream.write('half');
      }
      setTimeout(() => { stream.destroy(new Error('broken off')); }, 20);
    });
    expect(await world.ask('captured-tls', 'api.example.com')).toMatchObject({ status: 502, problem: { reason: 'upstream-unreachable' } });
    await expect(world.ask('captured-tls', 'api.example.com', { path: '/late' })).rejects.toThrow();
    expect(await world.records.outcome(1)).toMatchObject({ result: 'cut', reason: 'upstream-unreachable' });
  });

  test('an agent that hangs up in the middle of a body does not make the server take half of it for all', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<{ aborted: boolean; code: number | undefined }>();
    const { world, server } = await worldOf((stream) => {
      stream.resume();
      stream.on('close', () => { resolve({ aborted: stream.aborted, code: stream.rstCode }); });
    });
    const socket = await world.enter('captured-tls', 'api.example.com');
    socket.write(`POST / HTTP/1.1\r\nHost: api.example.com:${server.port}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`);
    await expect.poll(() => server.seen.length).toBe(1);
    socket.destroy();

    const { code } = await ended;
    expect(code).not.toBe(0);
    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
  });

  test('what no HTTP/1.1 answer could hold is not passed on', async () => {
    const { world } = await worldOf((stream) => { stream.respond({ ':status': 200, 'content-length': '5' }); stream.end('longer than five'); });
    await expect(world.ask('captured-tls', 'api.example.com').then(({ body }) => body)).rejects.toThrow();
    expect(await world.records.outcome()).toMatchObject({ result: 'cut' });
  });

  test('large bodies go both ways under flow control', async () => {
    const { world } = await worldOf((stream) => { stream.respond({ ':status': 200 }); stream.pipe(stream); });
    const body = 'y'.repeat(2_000_000);

    expect((await world.ask('captured-tls', 'api.example.com', { method: 'POST', body })).body.length).toBe(body.length);
  });
});
