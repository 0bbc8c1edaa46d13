import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { startToolServer, type ToolServer } from '../../fakes/tool-server.ts';
import { firstBytes, policyOf, readAll, readUntil, startWorld, type World } from './harness.ts';

async function secureWorld(): Promise<{ world: World; server: ToolServer }> {
  const server = await startToolServer({ hosts: ['api.example.com'] });
  const world = await startWorld({
    ca: [server.ca],
    capturedPort: server.port,
    policy: policyOf(`
- name: api
  http: {hosts: [api.example.com, other.example.com], ports: [${server.port}], addresses: [127.0.0.0/8]}
  access: full`),
  });
  return { world, server };
}

async function explicit(world: World, text: string): Promise<string> {
  const socket = connect(world.proxy.listening.explicit?.port ?? 0, '127.0.0.1').on('error', () => {});
  socket.write(text, 'latin1');
  return await firstBytes(socket);
}

describe('domain fronting', () => {
  test.each(['connect-tls', 'captured-tls'] as const)('%s: a Host that another tool lists is misdirected all the same', async (way) => {
    const { world, server } = await secureWorld();
    const answer = await world.ask(way, 'api.example.com', { headers: { host: `other.example.com:${server.port}` } });

    expect(answer).toMatchObject({ status: 421, problem: { reason: 'authority-mismatch' } });
    expect(answer.problem?.detail).toContain(`api.example.com:${server.port} but the Host header says other.example.com:${server.port}`);
    expect(server.connections()).toBe(0);
  });

  test.each(['connect-tls', 'captured-tls'] as const)('%s: a TLS server name other than the connection\'s is misdirected, and the client can read why', async (way) => {
    const { world, server } = await secureWorld();
    const socket = await world.enter(way, 'api.example.com', { serverName: 'other.example.com' });
    const answer = await world.ask(way, 'other.example.com', { socket });

    expect(answer).toMatchObject({ status: 421, problem: { reason: 'authority-mismatch' } });
    expect(answer.problem?.detail).toContain('TLS server name says other.example.com');
    expect(server.connections()).toBe(0);
  });

  test('a Host with another port is misdirected', async () => {
    const { world, server } = await secureWorld();
    const answer = await world.ask('connect-tls', 'api.example.com', { headers: { host: 'api.example.com' } });

    expect(answer.problem?.reason).toBe('authority-mismatch');
    expect(server.connections()).toBe(0);
  });

  test('a Host in another spelling of the same name agrees, and the upstream gets the one normal form', async () => {
    const { world, server } = await secureWorld();
    const answer = await world.ask('connect-tls', 'api.example.com', { headers: { host: `API.Example.COM.:${server.port}` } });

    expect(answer.status).toBe(200);
    expect(server.calls[0]?.headers.host).toBe(`api.example.com:${server.port}`);
  });

  test('an absolute target inside a tunnel has to agree as well', async () => {
    const { world, server } = await secureWorld();
    const answer = await world.ask('connect-tls', 'api.example.com', { path: `https://other.example.com:${server.port}/` });

    expect(answer.problem?.reason).toBe('authority-mismatch');
    expect(server.connections()).toBe(0);
  });

  test('an absolute target and a Host that differ are misdirected', async () => {
    const { world, server } = await secureWorld();
    const text = await explicit(world, `GET http://api.example.com:${server.port}/ HTTP/1.1\r\nHost: other.example.com:${server.port}\r\n\r\n`);

    expect(text).toMatch(/^HTTP\/1.1 421 /);
    expect(text).toContain('"authority-mismatch"');
  });

  test('without a server name the leaf is for the name that the connection was made for', async () => {
    const { world, server } = await secureWorld();
    const socket = await world.enter('captured-tls', 'api.example.com', { serverName: '' });
    const answer = await world.ask('captured-tls', 'api.example.com', { socket, port: server.port });

    expect(answer.status).toBe(200);
  });
});

describe('addresses in the place of names', () => {
  test.each([
    ['127.0.0.1', 'host-not-listed', 403],
    ['[::1]', 'host-not-listed', 403],
    ['[::ffff:169.254.169.254]', 'host-not-listed', 403],
    ['169.254.169.254', 'host-not-listed', 403],
    ['2130706433', 'host-malformed', 400],
    ['0x7f.1', 'host-malformed', 400],
    ['0177.0.0.1', 'host-malformed', 400],
    ['127.1', 'host-malformed', 400],
  ])('CONNECT %s is answered at once: %s', async (target, reason, status) => {
    const { world, server } = await secureWorld();
    const text = await explicit(world, `CONNECT ${target}:${server.port} HTTP/1.1\r\nHost: ${target}:${server.port}\r\n\r\n`);

    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(text).toContain(`"reason": "${reason}"`);
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', entry: 'connect', reason, method: 'CONNECT' });
    expect(server.connections()).toBe(0);
  });

  test.each(['http://127.0.0.1', 'http://2130706433', 'http://0x7f000001', 'http://[::ffff:7f00:1]', 'http://127.1'])('GET %s is denied', async (origin) => {
    const { world, server } = await secureWorld();
    const text = await explicit(world, `GET ${origin}:${server.port}/ HTTP/1.1\r\nHost: ${origin.slice(7)}:${server.port}\r\n\r\n`);

    expect(text).toMatch(/"(?:host-not-listed|host-malformed)"/);
    expect(server.connections()).toBe(0);
  });

  test('the proxy does not talk to itself', async () => {
    const { world } = await secureWorld();
    const text = await explicit(world, `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);

    expect(text).toMatch(/^HTTP\/1.1 403 /);
    expect(text).toContain('"self-connect"');
  });

  test('a name that leads to the proxy\'s own listener is not dialled', async () => {
    const { world } = await secureWorld();
    const port = world.proxy.listening.explicit?.port ?? 0;
    world.source.change(policyOf(`- {name: self, http: {hosts: [api.example.com], ports: [${port}], addresses: [127.0.0.0/8], tls: "off"}, access: full}`, 2));
    const answer = await world.ask('absolute', 'api.example.com', { port });

    expect(answer.problem?.reason).toBe('self-connect');
  });
});

describe('rebinding', () => {
  test('each new connection resolves and classifies anew: an answer that turns to a forbidden address is not dialled', async () => {
    const server = await startToolServer({ hosts: [] });
    let answers = ['127.0.0.1'];
    let asked = 0;
    const world = await startWorld({
      resolve: () => {
        asked += 1;
        return answers;
      },
      policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.1/32], tls: "off"}, access: full}`),
    });
    expect((await world.ask('absolute', 'api.example.com', { port: server.port })).status).toBe(200);
    server.hangUp();
    answers = ['169.254.169.254'];
    await expect.poll(() => world.proxy.metrics()).toContain('sallyport_connections{side="upstream"} 0');
    const second = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(asked).toBe(2);
    expect(second.problem?.reason).toBe('address-forbidden');
    expect(server.calls).toHaveLength(1);
  });

  test('one forbidden address among good ones is enough', async () => {
    const server = await startToolServer({ hosts: [] });
    const world = await startWorld({
      resolve: () => ['127.0.0.1', '10.0.0.1'],
      policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.1/32], tls: "off"}, access: full}`),
    });
    const answer = await world.ask('absolute', 'api.example.com', { port: server.port });

    expect(answer.problem?.reason).toBe('address-forbidden');
    expect(server.connections()).toBe(0);
  });
});

test('bytes right behind a CONNECT are the tunnel\'s', async () => {
  const { world, server } = await secureWorld();
  const socket = connect(world.proxy.listening.explicit?.port ?? 0, '127.0.0.1');
  socket.write(`CONNECT denied.example.com:80 HTTP/1.1\r\nHost: denied.example.com:80\r\n\r\nGET /a HTTP/1.1\r\nHost: denied.example.com\r\n\r\n`);
  const text = await readUntil(socket, '}\n');

  expect(text).toMatch(/^HTTP\/1.1 200 Connection Established\r\n\r\nHTTP\/1.1 403 /);
  expect(await world.records.intent()).toMatchObject({ entry: 'connect', path: '/a', reason: 'host-not-listed' });
  expect(server.connections()).toBe(0);
});

describe('captured listeners', () => {
  test('a connection that was not captured but aimed at the listener is refused', async () => {
    const { world } = await secureWorld();
    const socket = connect(world.proxy.listening.captured[2]?.at.port ?? 0, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n');

    expect(await readAll(socket)).toBe('');
    const notice = await world.records.until(({ notices }) => notices.find(({ event }) => event === 'connection-refused'));
    expect(notice).toMatchObject({ reason: 'self-connect' });
  });

  test('a synthetic address that stands for no name is refused with the reason', async () => {
    const { world } = await secureWorld();
    const socket = await world.capture('198.18.7.7');

    expect(await readAll(socket)).toBe('');
    const notice = await world.records.until(({ notices }) => notices.find(({ event }) => event === 'connection-refused'));
    expect(notice.sentence).toBe('A connection to 198.18.7.7 was refused: the address stands for no name.');
  });

  test('a protocol that is neither TLS nor HTTP is refused and recorded', async () => {
    const { world } = await secureWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(Buffer.from([0x00, 0x01, 0x02]));

    expect(await readAll(socket)).toBe('');
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', entry: 'captured-plain', reason: 'protocol-unknown', authority: { host: 'api.example.com' } });
  });

  test('a malformed TLS hello is refused and recorded, and the proxy lives', async () => {
    const { world, server } = await secureWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x02, 0x00, 0x00, 0x01, 0x00]));

    expect(Buffer.from(await readAll(socket), 'latin1')).toEqual(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28]));
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', entry: 'captured-tls', reason: 'tls-malformed' });
    expect((await world.ask('captured-tls', 'api.example.com', { port: server.port })).status).toBe(200);
  });

  test('a client that offers HTTP/1.0 alone is answered', async () => {
    const { world, server } = await secureWorld();
    const socket = await world.enter('captured-tls', 'api.example.com', { alpn: ['http/1.0'] });

    expect((await world.ask('captured-tls', 'api.example.com', { port: server.port, socket })).status).toBe(200);
  });

  test('a handshake that fails leaves a notice', async () => {
    const { world } = await secureWorld();
    const socket = await world.enter('captured-plain', 'api.example.com');
    const secured = connectTls({ socket, servername: 'api.example.com', minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await new Promise((resolve) => { secured.once('error', resolve); });

    const notice = await world.records.until(({ notices }) => notices.find(({ event }) => event === 'handshake-failed'));
    expect(notice.sentence).toContain('TLS handshake for api.example.com failed');
  });
});
