import { describe, expect, test } from 'vitest';
import { startToolServer, type ToolServer, type ToolServerOptions } from '../../fakes/tool-server.ts';
import { policyOf, readAll, readUntil, startWorld, type World, type WorldOptions } from './harness.ts';

async function plainWorld(server: Omit<ToolServerOptions, 'hosts'> = {}, options: Partial<WorldOptions> = {}): Promise<{ world: World; server: ToolServer; at: string }> {
  const tools = await startToolServer({ hosts: [], ...server });
  const world = await startWorld({
    capturedPort: tools.port,
    policy: policyOf(`
- name: api
  http: {hosts: [api.example.com, other.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8], tls: "off"}
  access: full
  rules:
  - deny: {paths: [/secret]}`),
    ...options,
  });
  return { world, server: tools, at: `api.example.com:${tools.port}` };
}

describe('connections that are kept', () => {
  test('many calls of one agent connection use one upstream connection', async () => {
    const { world, server, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    for (let n = 1; n <= 5; n++) {
      socket.write(`GET /${n} HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
      expect(await readUntil(socket, `GET /${n} `)).toMatch(/^HTTP\/1.1 200 /);
    }

    expect(server.connections()).toBe(1);
    expect(world.records.intents).toHaveLength(5);
    expect(world.proxy.metrics()).toContain('sallyport_upstream_reused_total 4');
  });

  test('pipelined requests are answered one after the other, denials among them', async () => {
    const { world, server, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(['/1', '/secret', '/3', '/secret', '/5'].map((path) => `GET ${path} HTTP/1.1\r\nHost: ${at}\r\n\r\n`).join(''));
    const text = await readUntil(socket, 'GET /5 ');

    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200']);
    expect(server.calls.map(({ url }) => url)).toEqual(['/1', '/3', '/5']);
    expect(world.records.intents.map(({ path }) => path)).toEqual(['/1', '/secret', '/3', '/secret', '/5']);
  });

  test('a request that is cut anywhere is the same request', async () => {
    const { world, server, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    for (const character of `POST /bytes HTTP/1.1\r\nHost: ${at}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n`) {
      socket.write(character);
      await new Promise(setImmediate);
    }

    expect(await readUntil(socket, 'abcde')).toMatch(/^HTTP\/1.1 200 /);
    expect(server.calls[0]).toMatchObject({ body: 'abcde', trailers: { 'x-sum': '5' } });
  });

  test('connections to different names are not shared, even at one address', async () => {
    const { world, server } = await plainWorld();
    await world.ask('absolute', 'api.example.com', { port: server.port });
    await world.ask('absolute', 'other.example.com', { port: server.port });

    expect(server.connections()).toBe(2);
  });

  test('no more connections to one host than the limit, and nobody is left waiting', async () => {
    const { world, server } = await plainWorld({}, { limits: { upstreamPerHost: 2 } });
    const answers = await Promise.all(Array.from({ length: 8 }, async (_, n) => await world.ask('absolute', 'api.example.com', { path: `/${n}`, port: server.port })));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('an idle upstream connection is given up after its time', async () => {
    const { world, server } = await plainWorld({}, { limits: { upstreamIdleTimeout: 40 } });
    await world.ask('absolute', 'api.example.com', { port: server.port });
    expect(server.open()).toBe(1);

    await expect.poll(() => server.open()).toBe(0);
  });

  test('a kept connection that died unseen costs an idempotent call one silent retry', async () => {
    const seen: string[] = [];
    const { world, server, at } = await plainWorld({
      raw: (socket, text, piece) => {
        seen.push(text.split(' ')[1] ?? '');
        if (piece === 1) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      },
    });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET /1 HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\nok');
    socket.write(`GET /2 HTTP/1.1\r\nHost: ${at}\r\n\r\n`);

    expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(seen).toEqual(['/1', '/2', '/2']);
    expect(server.connections()).toBe(2);
    expect(world.records.intents).toHaveLength(2);
  });

  test('a call with a body is not sent twice', async () => {
    const { world, at } = await plainWorld({
      raw: (socket, _, piece) => {
        if (piece === 1) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      },
    });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET /1 HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await readUntil(socket, '\r\n\r\nok');
    socket.write(`PUT /2 HTTP/1.1\r\nHost: ${at}\r\nContent-Length: 1\r\n\r\nx`);

    expect(await readUntil(socket, '}')).toMatch(/^HTTP\/1.1 502 /);
    expect(await world.records.outcome(1)).toMatchObject({ result: 'failed', reason: 'upstream-unreachable' });
  });

  test('bytes behind an answer end the upstream connection: they are nobody\'s answer', async () => {
    const { world, server, at } = await plainWorld({
      raw: (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'); },
    });
    const socket = await world.enter('captured-plain', 'api.example.com');
    for (const n of [1, 2]) {
      socket.write(`GET /${n} HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
      expect(await readUntil(socket, /ok$/)).not.toContain('evil');
    }
    expect(server.connections()).toBe(2);
  });

  test('an agent that asks to close is obeyed', async () => {
    const { world, at } = await plainWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET /1 HTTP/1.1\r\nHost: ${at}\r\nConnection: close\r\n\r\n`);

    expect(await readAll(socket)).toMatch(/connection: close\r\n[^]*GET \/1 $/);
  });

  test('HTTP/1.0 gets what it can read: no chunks, and the end of the body is the end of the connection', async () => {
    const { world, at } = await plainWorld({ handle: (_, response) => { response.write('one,'); response.end('two'); } });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET /1 HTTP/1.0\r\nHost: ${at}\r\n\r\n`);
    const text = await readAll(socket);

    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(/\r\n\r\none,two$/);
  });
});

describe('what is passed on', () => {
  test('fields that concern one connection stay behind, Host is rebuilt, the rest keeps its order and case of value', async () => {
    const { world, server, at } = await plainWorld({
      answer: (_, response) => { response.writeHead(200, { 'Alt-Svc': 'h3=":443"', 'Keep-Alive': 'timeout=5', 'Sallyport-Call': 'forged', 'X-Answer': 'Yes', 'Content-Length': 2 }).end('ok'); },
    });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET /a?b=C HTTP/1.1\r\nX-One: A\r\nHost: ${at}\r\nConnection: x-two\r\nX-Two: b\r\nProxy-Authorization: c\r\nTE: trailers\r\nX-Three: D\r\n\r\n`);
    const text = await readUntil(socket, '\r\n\r\nok');
    const call = (await world.records.intent()).call;

    expect(server.calls[0]?.rawHeaders).toEqual(['host', at, 'x-one', 'A', 'x-three', 'D']);
    expect(server.calls[0]?.url).toBe('/a?b=C');
    expect(text).not.toMatch(/alt-svc|forged/i);
    expect(text).toContain(`sallyport-call: ${call}\r\n`);
    expect(text).toContain('x-answer: Yes\r\n');
  });

  test('only the proxy names the call: an upstream does it neither in an interim answer nor in trailers', async () => {
    const { world, at } = await plainWorld({
      raw: (socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nSallyport-Call: forged\r\nLink: </a>\r\n\r\n');
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nSallyport-Call: forged\r\nX-Sum: 2\r\n\r\n');
      },
    });
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(`GET / HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    const text = await readUntil(socket, '0\r\nx-sum: 2\r\n\r\n');

    expect(text).toContain('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
    expect(text).not.toContain('forged');
    expect(text.match(/sallyport-call/g)).toHaveLength(1);
  });

  test('neither query strings nor header values get into the log', async () => {
    const { world, server } = await plainWorld();
    await world.ask('absolute', 'api.example.com', { port: server.port, path: '/a?token=hunter2', headers: { authorization: 'Bearer hunter3' } });
    await world.ask('absolute', 'api.example.com', { port: server.port, path: '/secret?token=hunter2', headers: { authorization: 'Bearer hunter3' } });
    await world.records.outcome();

    expect(world.logged.join('\n')).not.toContain('hunter');
  });
});
