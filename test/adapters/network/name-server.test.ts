import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { dnsFrame } from '../../../src/adapters/network/dns-frames.ts';
import { startNameServer, type NameServer } from '../../../src/adapters/network/name-server.ts';
import { createSyntheticNames } from '../../../src/adapters/network/names.ts';

const names = createSyntheticNames();
const malformed: string[] = [];
const open: NameServer[] = [];

async function start(at: Parameters<typeof startNameServer>[0]['at'] = { host: '127.0.0.1', port: 0 }): Promise<NameServer> {
  const server = await startNameServer({ names, at, mentions: () => false, clusterDomain: 'cluster.local', onMalformed: (sentence) => { malformed.push(sentence); } });
  open.push(server);
  return server;
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  malformed.length = 0;
});

/** For example.com, type A, identifier 5a11. */
const QUESTION = Buffer.from('5a1101000001000000000000076578616d706c6503636f6d0000010001', 'hex');

describe('the name server', () => {
  test('answers a stub resolver over UDP', async () => {
    const server = await start();
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.port}`]);
    const [address] = await resolver.resolve4('api.example.com');
    expect(names.nameOf(address ?? '')).toBe('api.example.com');
    await expect(resolver.resolve6('api.example.com')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('kubernetes.default.svc.cluster.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolveTxt('aGVsbG8gd29ybGQ.example.com')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  test('answers over TCP at the same port, query after query, and byte by byte', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    for (const byte of dnsFrame(QUESTION)) socket.write(Uint8Array.of(byte));
    socket.write(dnsFrame(QUESTION));
    await expect.poll(() => Buffer.concat(received).length).toBe(2 * (2 + QUESTION.length + 16));
    expect(Buffer.concat(received).readUInt16BE(2)).toBe(0x5a11);
    socket.destroy();
  });

  test.each([
    ['a message too short for a header', Buffer.from('5a11', 'hex'), 'expected a DNS query of at least 12 bytes, got 2'],
    ['an answer', Buffer.from('5a1181800001000000000000076578616d706c6503636f6d0000010001', 'hex'), 'expected a DNS query, got an answer'],
  ])('says nothing to %s, reports it and lives', async (_, message, sentence) => {
    const server = await start();
    const socket = createSocket('udp4');
    const answers: Buffer[] = [];
    socket.on('message', (answer) => answers.push(answer));
    socket.send(message, server.port, '127.0.0.1');
    socket.send(QUESTION, server.port, '127.0.0.1');
    await expect.poll(() => answers.length).toBe(1);
    expect(answers[0]?.readUInt16BE(0)).toBe(0x5a11);
    expect(malformed).toEqual([sentence]);
    socket.close();
  });

  test('hangs up on TCP that is not DNS, and reports it', async () => {
    const server = await start();
    const socket = connect(server.port, '127.0.0.1');
    let said = '';
    socket.on('error', () => {}).on('data', (part) => { said += String(part); });
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(said).toBe('');
    expect(malformed).toEqual(['expected DNS messages of 1 to 4096 bytes over TCP, got a length beyond that']);
  });

  test('serves sockets that somebody else opened', async () => {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const tcp = createServer();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = udp.address();
    const server = await start({ udp, tcp });
    expect(server.port).toBe(port);
    const resolver = new Resolver({ timeout: 2_000, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    await expect(resolver.resolve4('api.example.com')).resolves.toHaveLength(1);
  });

  test('cannot open a port that is taken', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(start({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    taken.close();
  });
});
