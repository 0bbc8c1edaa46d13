import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PUBLISHER_LIMITS } from '../../../src/apps/controller/publisher.ts';
import { LinkWorld } from '../../fakes/link-world.ts';
import { soon } from '../../fakes/soon.ts';

let world: LinkWorld;
const sockets: Socket[] = [];

beforeEach(async () => {
  world = await LinkWorld.create();
  world.putPod();
  world.putPolicy('triage', ['api.example.com']);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world.close();
});

/** Asks for the snapshot by hand, to read it as slowly as a test wants. */
async function ask(request = ''): Promise<tls.TLSSocket> {
  const { address } = await world.controller!;
  const socket = tls.connect({ host: '127.0.0.1', port: address.port, ca: world.authority.cert });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  socket.write(request || `GET /v1/snapshot HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await world.issuer.token()}\r\n\r\n`);
  return socket;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${world.controller?.healthPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('the controller', () => {
  test('drops a sidecar that leaves what it is sent unread', async () => {
    await world.startController({ limits: { ...PUBLISHER_LIMITS, patience: 100 } });
    const socket = await ask();
    await once(socket, 'readable');
    socket.pause();
    const label = 'x'.repeat(60);
    const hosts = Array.from({ length: 900 }, (_value, index) => `h${index}.${label}.${label}.${label}.example.com`);
    const dropped = (): boolean => world.logged.some((line) => line.includes('does not read'));
    for (let round = 0; round < 100 && !dropped(); round += 1) {
      world.putPolicy('triage', [...hosts, `r${round}.example.com`]);
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    await soon('the end', dropped);
    expect(await metric('sallyport_link_streams')).toBe(0);
  });

  test('keeps one connection for a pod: the newest', async () => {
    await world.startController();
    const first = await ask();
    await once(first, 'data');
    const second = await ask();
    await Promise.all([once(first, 'close'), once(second, 'data')]);
    expect(await metric('sallyport_link_streams')).toBe(1);
  });

  test('takes no more sidecars than it may', async () => {
    await world.startController({ limits: { ...PUBLISHER_LIMITS, streams: 1 } });
    await once(await ask(), 'data');
    world.putPod('triage-2', { uid: 'uid-2' });
    const { notices } = await world.link({ tokenFile: await world.tokenFile({ pod: 'triage-2', uid: 'uid-2' }), pod: { namespace: 'agents', name: 'triage-2', uid: 'uid-2' } });
    expect((await soon('the refusal', () => notices[0])).sentence).toContain('too-many-streams');
  });

  test('lets its sidecars go, and their policies age, when it no longer knows the cluster', async () => {
    await world.startController();
    const { link, notices } = await world.link();
    await link.whenReady();
    world.policies.lastContact = Date.now() - 3_600_000;
    await soon('the end', () => notices.some(({ event }) => event === 'link-down'));
    const held = link.current();
    await soon('the refusal', () => notices.some(({ sentence }) => sentence.includes('not-current')));
    expect(held?.validUntil).toBeGreaterThan(Date.now());
    expect(link.current()).toBe(held);
  });

  test('asks again for a name that could not be told', async () => {
    world.putPod('triage-1', { labels: {} });
    let asked = 0;
    world.ownerName = async () => {
      asked += 1;
      if (asked === 1) throw new Error('no answer');
      return 'workload';
    };
    await world.startController();
    const { link } = await world.link();
    await link.whenReady();
    expect(link.subject()?.agent).toBe('workload');
  });

  test('tells every one of many sidecars of a change', async () => {
    await world.startController();
    const links = await Promise.all(
      Array.from({ length: 60 }, async (_value, index) => {
        const [name, uid] = [`many-${index}`, `uid-${index}`];
        world.putPod(name, { uid });
        return (await world.link({ tokenFile: await world.tokenFile({ pod: name, uid }), pod: { namespace: 'agents', name, uid } })).link;
      }),
    );
    await Promise.all(links.map((link) => link.whenReady()));
    world.putPolicy('triage', ['changed.example.com']);
    await soon('all of them', () => links.every((link) => link.current()?.policies[0]?.spec.tools[0]?.http?.hosts[0] === 'changed.example.com'));
  });
});

describe('a request', () => {
  test.each([
    ['for another path', 'GET /v1/other HTTP/1.1\r\nhost: x\r\n\r\n', '404'],
    ['by another method', 'POST /v1/snapshot HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', '405'],
    ['without a token', 'GET /v1/snapshot HTTP/1.1\r\nhost: x\r\n\r\n', '401'],
    ['with another scheme', 'GET /v1/snapshot HTTP/1.1\r\nhost: x\r\nauthorization: Basic YTpi\r\n\r\n', '401'],
    ['with a token that is none', 'GET /v1/snapshot HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a.b.c\r\n\r\n', '401'],
    ['with a head over its bound', `GET /v1/snapshot HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['that is no HTTP', 'hello\r\n\r\n', '400'],
  ])('%s is refused, and the controller lives', async (_name, request, status) => {
    await world.startController();
    const [answer] = await once(await ask(request), 'data') as [Buffer];
    expect(answer.toString('latin1')).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const { link } = await world.link();
    await link.whenReady();
  });

  test('without TLS gets nothing', async () => {
    const { address } = await world.startController();
    const socket = net.connect(address.port, '127.0.0.1');
    sockets.push(socket);
    socket.write('GET /v1/snapshot HTTP/1.1\r\nhost: x\r\n\r\n');
    let got = '';
    socket.on('data', (part) => {
      got += String(part);
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(got).not.toContain('HTTP/');
  });
});

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function connected(at: net.TcpNetConnectOpts): Promise<void> {
  const socket = net.connect(at);
  sockets.push(socket);
  await once(socket, 'connect');
}

describe('the health address', () => {
  test('says when the controller is ready', async () => {
    world.policies.synced = false;
    await world.startController();
    const ready = async (): Promise<string> => (await fetch(`http://127.0.0.1:${world.controller?.healthPort}/readyz`)).text();
    expect(await ready()).toBe('policies not listed yet\n');
    world.policies.synced = true;
    expect(await ready()).toBe('ok\n');
    expect(await metric('sallyport_policies_broken')).toBe(0);
  });

  test('that is taken keeps the controller from starting, and what was bound is let go', async () => {
    const taken = http.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const listen = { host: '127.0.0.1', port: await freePort() };
    await expect(world.startController({ listen, health: { host: '127.0.0.1', port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(connected(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    taken.close();
  });
});
