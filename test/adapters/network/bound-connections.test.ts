import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { boundConnections } from '../../../src/adapters/network/bound-connections.ts';

const MOST = 3;

let server: http.Server;
let sockets: Map<string, Socket>;
let pending: http.ServerResponse[];

beforeEach(async () => {
  [sockets, pending] = [new Map(), []];
  server = http.createServer((request, response) => void (request.url === '/wait' ? pending.push(response) : response.end('ok')));
  boundConnections(server, MOST);
  await new Promise<void>((resolve) => { server.listen(0, resolve); });
});

afterEach(() => {
  for (const socket of sockets.values()) socket.destroy();
  server.close().closeAllConnections();
});

/** Opens one connection and, where a path is given, asks once on it. */
async function open(name: string, { path, from = '127.0.0.1' }: { path?: string; from?: string } = {}): Promise<void> {
  const accepted = new Promise((resolve) => { server.once('connection', resolve); });
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, localAddress: from });
  socket.on('error', () => undefined);
  sockets.set(name, socket);
  await accepted;
  if (path === undefined) return;
  const before = pending.length;
  const answered = path === '/wait' ? vi.waitFor(() => expect(pending.length).toBe(before + 1)) : new Promise((resolve) => { socket.once('data', resolve); });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await answered;
  socket.resume();
}

const closed = (name: string) => vi.waitFor(() => expect(sockets.get(name)?.closed).toBe(true));
const left = () => [...sockets].filter(([, socket]) => !socket.closed).map(([name]) => name);

describe('a server with as many connections as it may have', () => {
  test('takes the next one and closes the oldest that never asked anything', async () => {
    await open('served', { path: '/' });
    await open('silent 1');
    await open('silent 2');
    await open('next', { path: '/' });
    await closed('silent 1');
    expect(left()).toEqual(['served', 'silent 2', 'next']);
  });

  test('closes the longest idle where all have been answered', async () => {
    await open('busy since the start', { path: '/wait' });
    await open('first', { path: '/' });
    await open('second', { path: '/' });
    await open('next', { path: '/' });
    await closed('first');
    expect(left()).toEqual(['busy since the start', 'second', 'next']);
  });

  test('closes the one that dawdles longest where all are being answered', async () => {
    for (const name of ['first', 'second', 'third']) await open(name, { path: '/wait' });
    await open('next', { path: '/' });
    await closed('first');
    expect(left()).toEqual(['second', 'third', 'next']);
  });

  test('takes from the address that holds the most, however long others are idle', async () => {
    await open('quiet', { path: '/' });
    await open('greedy 1', { path: '/', from: '127.0.0.2' });
    await open('greedy 2', { path: '/', from: '127.0.0.2' });
    await open('next', { path: '/', from: '127.0.0.3' });
    await closed('greedy 1');
    expect(left()).toEqual(['quiet', 'greedy 2', 'next']);
  });

  test('holds its bound through a burst', async () => {
    for (let index = 0; index < 50; index += 1) await open(String(index));
    await vi.waitFor(() => expect(left()).toEqual(['47', '48', '49']));
  });
});
