import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startToolServer, type ToolServer, type ToolServerOptions } from '../../fakes/tool-server.ts';
import { answerTo, policyOf, readUntil, request, startWorld, type World } from './harness.ts';

async function secureWorld(server: Omit<ToolServerOptions, 'hosts'> = {}): Promise<{ world: World; server: ToolServer; at: string }> {
  const tools = await startToolServer({ hosts: ['api.example.com'], ...server });
  const world = await startWorld({
    ca: [tools.ca],
    capturedPort: tools.port,
    policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8]}, access: full}`),
  });
  return { world, server: tools, at: `api.example.com:${tools.port}` };
}

const MEBIBYTE = Buffer.alloc(1024 * 1024, 'x');

describe('bodies', () => {
  test('chunks and trailers go both ways, and the record has the bodies whole', async () => {
    const { world, server, at } = await secureWorld({
      answer: (call, response) => {
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('first,');
        response.write(call.body);
        response.addTrailers({ 'x-sum': '42' });
        response.end();
      },
    });
    const socket = await world.enter('connect-tls', 'api.example.com');
    const sent = request(socket, { method: 'POST', path: '/', headers: { host: at, 'transfer-encoding': 'chunked', trailer: 'x-check' } });
    sent.write('one,');
    sent.write('two');
    sent.addTrailers({ 'x-check': '7' });
    sent.end();
    const answer = await answerTo(sent);
    const { call } = await world.records.outcome();

    expect(server.calls[0]).toMatchObject({ body: 'one,two', trailers: { 'x-check': '7' } });
    expect(answer).toMatchObject({ status: 200, body: 'first,one,two', trailers: { 'x-sum': '42' } });
    expect(world.records.bodies.get(`${call} request`)?.toString()).toBe('one,two');
    expect(world.records.bodies.get(`${call} response`)?.toString()).toBe('first,one,two');
  });

  test('a 10 MiB upload and download pass whole', async () => {
    const { world, at } = await secureWorld({
      handle: (incoming, response) => {
        const hash = createHash('sha256');
        incoming.on('data', (chunk: Buffer) => hash.update(chunk));
        incoming.on('end', () => {
          response.writeHead(200, { 'x-digest': hash.digest('hex'), 'content-length': 10 * MEBIBYTE.length });
          void (async () => {
            for (let n = 0; n < 10; n++) if (!response.write(MEBIBYTE)) await once(response, 'drain');
            response.end();
          })();
        });
      },
    });
    // A sink that keeps nothing, as the journal's does beyond its limit.
    world.records.payload = () => ({ write: () => {}, end: async () => ({ bytes: 0, captured: 0, truncated: false }) });
    const socket = await world.enter('connect-tls', 'api.example.com');
    const sent = request(socket, { method: 'POST', path: '/', headers: { host: at, 'content-length': 10 * MEBIBYTE.length } });
    for (let n = 0; n < 10; n++) if (!sent.write(MEBIBYTE)) await once(sent, 'drain');
    sent.end();
    const [response] = await once(sent, 'response');
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;

    expect(response.headers['x-digest']).toBe(createHash('sha256').update(Buffer.alloc(10 * MEBIBYTE.length, 'x')).digest('hex'));
    expect(bytes).toBe(10 * MEBIBYTE.length);
  });

  test('an agent that does not read holds the upstream back', async () => {
    let written = 0;
    const { world, at } = await secureWorld({
      handle: (_, response) => {
        response.writeHead(200, { 'content-length': 64 * MEBIBYTE.length });
        void (async () => {
          for (let n = 0; n < 64 && !response.destroyed; n++) {
            written += 1;
            if (!response.write(MEBIBYTE)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
          }
        })();
      },
    });
    const socket = await world.enter('connect-tls', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    socket.pause();
    await expect.poll(() => written).toBeGreaterThan(0);
    let last = -1;
    while (last !== written) {
      last = written;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }

    expect(written).toBeLessThan(40);
    socket.destroy();
    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
  });

  test('a connection on which a slow agent was served serves the next call as well', async () => {
    const { world, server, at } = await secureWorld({ answer: (_, response) => { response.end(Buffer.alloc(4 * MEBIBYTE.length, 'x')); } });
    const [slow, next] = [await world.enter('connect-tls', 'api.example.com'), await world.enter('connect-tls', 'api.example.com')];
    slow.pause();
    slow.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    const whole = new Promise<void>((resolve) => {
      let bytes = 0;
      slow.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > 4 * MEBIBYTE.length) resolve();
      });
    });
    slow.resume();
    await whole;
    next.write(`HEAD / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);

    expect(await readUntil(next, '\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(server.connections()).toBe(1);
  });

  test('each server-sent event arrives at once', async () => {
    const open = Promise.withResolvers<ServerResponse>();
    const { world, at } = await secureWorld({
      handle: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        open.resolve(response);
      },
    });
    const socket = await world.enter('connect-tls', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\n');
    for (const n of [1, 2, 3]) {
      const arrival = readUntil(socket, `data: ${n}\n\n`);
      const start = performance.now();
      (await open.promise).write(`data: ${n}\n\n`);
      await arrival;
      expect(performance.now() - start).toBeLessThan(50);
    }
  });
});

describe('answers without a body, and before the answer', () => {
  test('HEAD keeps the length that GET would have', async () => {
    const { world, server } = await secureWorld({ answer: (_, response) => { response.writeHead(200, { 'content-length': 1234 }).end(); } });
    const socket = await world.enter('connect-tls', 'api.example.com');
    const answer = await world.ask('connect-tls', 'api.example.com', { method: 'HEAD', port: server.port, socket });

    expect(answer).toMatchObject({ status: 200, body: '', headers: { 'content-length': '1234' } });
  });

  test.each([204, 304])('%i has none, and the connection goes on', async (status) => {
    const { world, at } = await secureWorld({ answer: (_, response) => { response.writeHead(status).end(); } });
    const socket = await world.enter('connect-tls', 'api.example.com');
    for (const _ of [1, 2]) {
      socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
      expect(await readUntil(socket, '\r\n\r\n')).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
    expect(world.records.intents).toHaveLength(2);
  });

  test('interim answers are passed on before the final one', async () => {
    const { world, at } = await secureWorld({ answer: (_, response) => { response.writeEarlyHints({ link: '</style.css>; rel=preload' }); response.end('ok'); } });
    const socket = await world.enter('connect-tls', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);

    expect(await readUntil(socket, /ok$/)).toMatch(/^HTTP\/1.1 103 [^]*link: <\/style.css>; rel=preload[^]*HTTP\/1.1 200 /);
  });

  test('100 Continue is said once the call is permitted, and is not asked of the upstream', async () => {
    const { world, server, at } = await secureWorld();
    const socket = await world.enter('connect-tls', 'api.example.com');
    socket.write(`POST /up HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`);
    expect(await readUntil(socket, '\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(world.records.intents).toHaveLength(1);
    socket.write('body');

    expect(await readUntil(socket, 'POST /up body')).toMatch(/^HTTP\/1.1 200 /);
    expect(server.calls[0]?.headers.expect).toBeUndefined();
  });

  test('a refused call is not told to continue, and its connection ends', async () => {
    const { world } = await secureWorld();
    const socket = await world.enter('connect-tls', 'denied.example.com', { port: 443 });
    socket.write('POST /up HTTP/1.1\r\nHost: denied.example.com\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');

    expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1.1 403 [^]*connection: close/);
    await once(socket, 'close');
  });

  test('an answer before the end of the request is passed on, and the agent\'s connection survives', async () => {
    const { world, at } = await secureWorld({ handle: (incoming, response) => { incoming.resume(); response.end('too early'); } });
    const socket = await world.enter('connect-tls', 'api.example.com');
    socket.write(`POST /up HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 4\r\n\r\nbo`);
    expect(await readUntil(socket, 'too early')).toMatch(/^HTTP\/1.1 200 /);
    socket.write(`dyGET /next HTTP/1.1\r\nHost: ${at}\r\n\r\n`);

    expect(await readUntil(socket, 'too early')).toMatch(/^HTTP\/1.1 200 /);
    expect(world.records.intents.map(({ path }) => path)).toEqual(['/up', '/next']);
  });

  test('the body of a refused call is read away within the bound, and the connection is used again', async () => {
    const { world } = await secureWorld();
    const socket = await world.enter('connect-tls', 'denied.example.com', { port: 443 });
    socket.write('POST /up HTTP/1.1\r\nHost: denied.example.com\r\nContent-Length: 10\r\n\r\n12345');
    expect(await readUntil(socket, '}\n')).toMatch(/^HTTP\/1.1 403 /);
    socket.write('67890GET /next HTTP/1.1\r\nHost: denied.example.com\r\n\r\n');
    await readUntil(socket, '}\n');

    expect(world.records.intents.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /up', 'GET /next']);
  });

  test('a refused call with more body than that ends the connection', async () => {
    const { world } = await secureWorld();
    const socket = await world.enter('connect-tls', 'denied.example.com', { port: 443 });
    socket.write('POST /up HTTP/1.1\r\nHost: denied.example.com\r\nContent-Length: 100000000\r\n\r\n12345');

    expect(await readUntil(socket, '}\n')).toMatch(/connection: close/);
    await once(socket, 'close');
  });
});
