import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { createResolver } from '../../../src/adapters/network/resolver.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';
import { type Answer, readQuery, writeAnswer } from '../../../src/core/traffic/dns.ts';

const HOST = 'api.example.com' as HostName;
const servers: Socket[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A DNS server that says what it is told to, by type; undefined: nothing at all. */
async function dnsServer(answer: (type: number) => Answer | undefined): Promise<{ at: string; asked: number[] }> {
  const socket = createSocket('udp4');
  const asked: number[] = [];
  socket.on('message', (message, from) => {
    const read = readQuery(message);
    if (read.kind !== 'query') return;
    asked.push(read.query.type);
    const said = answer(read.query.type);
    if (said !== undefined) socket.send(writeAnswer(read.query, said), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  servers.push(socket);
  return { at: `127.0.0.1:${socket.address().port}`, asked };
}

describe('the resolver', () => {
  test('asks the servers it is given for both families', async () => {
    const { at, asked } = await dnsServer((type) => (type === 1 ? { kind: 'address', address: '192.0.2.7', ttl: 3600 } : { kind: 'empty' }));
    expect(await createResolver({ servers: [at] }).resolve(HOST)).toEqual(['192.0.2.7']);
    expect(asked.sort()).toEqual([1, 28]);
  });

  test('asks anew for each connection, whatever the lifetime of the last answer (rebinding)', async () => {
    let count = 0;
    const { at } = await dnsServer((type) => (type === 1 ? { kind: 'address', address: `192.0.2.${count += 1}`, ttl: 3600 } : { kind: 'empty' }));
    const resolver = createResolver({ servers: [at] });
    expect(await resolver.resolve(HOST)).toEqual(['192.0.2.1']);
    expect(await resolver.resolve(HOST)).toEqual(['192.0.2.2']);
  });

  test('shares the question that is under way', async () => {
    const { at, asked } = await dnsServer((type) => (type === 1 ? { kind: 'address', address: '192.0.2.7', ttl: 1 } : { kind: 'empty' }));
    const resolver = createResolver({ servers: [at] });
    await Promise.all([resolver.resolve(HOST), resolver.resolve(HOST), resolver.resolve(HOST)]);
    expect(asked).toHaveLength(2);
  });

  test('takes fixed names from its settings and asks nobody', async () => {
    const { at, asked } = await dnsServer(() => ({ kind: 'no-such-name' }));
    const resolver = createResolver({ servers: [at], fixed: new Map([['api.example.com', ['192.0.2.9', '2001:db8::9']]]) });
    expect(await resolver.resolve(HOST)).toEqual(['192.0.2.9', '2001:db8::9']);
    expect(asked).toEqual([]);
  });

  test.each([
    ['a name that does not exist', (): Answer => ({ kind: 'no-such-name' }), 'name-unresolved', 'api.example.com has no address in DNS'],
    ['a name without addresses', (): Answer => ({ kind: 'empty' }), 'name-unresolved', 'api.example.com has no address in DNS'],
    ['a server that refuses', (): Answer => ({ kind: 'refused' }), 'name-unresolved', 'api.example.com could not be resolved: EREFUSED'],
  ])('says of %s why nothing was dialled', async (_, answer, reason, sentence) => {
    const { at } = await dnsServer(answer);
    await expect(createResolver({ servers: [at] }).resolve(HOST)).rejects.toMatchObject({ name: 'DialFault', reason, sentence });
  });

  test('does not wait for ever', async () => {
    const { at } = await dnsServer(() => undefined);
    await expect(createResolver({ servers: [at], timeout: 100 }).resolve(HOST)).rejects.toMatchObject({ reason: 'upstream-timeout', sentence: 'DNS did not answer for api.example.com in time' });
  });

  test('ends with the signal of whoever asked, and not for the others', async () => {
    const { at } = await dnsServer((type) => (type === 1 ? { kind: 'address', address: '192.0.2.7', ttl: 1 } : { kind: 'empty' }));
    const resolver = createResolver({ servers: [at] });
    const gone = new AbortController();
    const [one, other] = [resolver.resolve(HOST, gone.signal), resolver.resolve(HOST)];
    gone.abort(new Error('gone'));
    await expect(one).rejects.toThrow('gone');
    expect(await other).toEqual(['192.0.2.7']);
    await expect(resolver.resolve(HOST, gone.signal)).rejects.toThrow('gone');
  });

  test('asks the system where no server is named', async () => {
    expect(await createResolver({}).resolve('localhost' as HostName)).toContain('127.0.0.1');
  });

  test('refuses at once a server that is no address', () => {
    expect(() => createResolver({ servers: ['dns.example.com'] })).toThrow(/dns\.example\.com/);
  });
});
