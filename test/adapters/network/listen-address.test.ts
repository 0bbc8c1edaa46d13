import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenAt, readListenAddress } from '../../../src/adapters/network/listen-address.ts';

describe('an address to listen on', () => {
  test.each([
    [':9443', '', 9443],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['localhost:80', 'localhost', 80],
    ['[::1]:9443', '::1', 9443],
    ['0.0.0.0:65535', '0.0.0.0', 65_535],
  ])('%s is read', (text, host, port) => {
    expect(readListenAddress(text)).toEqual({ host, port });
  });

  test.each(['9443', '', ':', ':70000', '::1:9443', 'a b:1', 'host:', ':-1', ':1 ', '127.0.0.1.2:80', '[127.0.0.1]:80', '[::1::]:80'])('%j is refused', (text) => {
    expect(readListenAddress(text)).toBeUndefined();
  });
});

describe('listening', () => {
  test('tells the port that the system chose', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const { host, port } = await listenAt(server, { host: '127.0.0.1', port: 0 });

    expect(host).toBe('127.0.0.1');
    expect(server.address()).toMatchObject({ port });
  });

  test('without a host is listening at every address', async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const { host } = await listenAt(server, { host: '', port: 0 });

    expect(['::', '0.0.0.0']).toContain(host);
  });

  test('rejects where the port is taken', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void first.close());
    await once(first, 'listening');
    const taken = first.address();
    if (taken === null || typeof taken === 'string') throw new Error('expected a TCP address');

    await expect(listenAt(createServer(), { host: '127.0.0.1', port: taken.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
