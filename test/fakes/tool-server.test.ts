import { expect, onTestFinished, test } from 'vitest';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { startToolServer, type ToolServerOptions } from './tool-server.ts';

async function started(options: ToolServerOptions): Promise<Awaited<ReturnType<typeof startToolServer>>> {
  const server = await startToolServer(options);
  onTestFinished(server.close);
  return server;
}

test('a plain one tells what it was asked and answers with it', async () => {
  const server = await started({ hosts: [] });
  const response = await fetch(`http://127.0.0.1:${server.port}/a?b=c`, { method: 'POST', body: 'body' });

  expect(await response.text()).toBe('POST /a?b=c body');
  expect(server.calls).toMatchObject([{ method: 'POST', url: '/a?b=c', body: 'body' }]);
  expect(server.ca).toBe('');
  expect(server.connections()).toBe(1);
});

test('a secure one proves its name by a CA of its own', async () => {
  const server = await started({ hosts: ['api.example.com'] });
  const socket = connectTls({ host: '127.0.0.1', port: server.port, servername: 'api.example.com', ca: server.ca });
  await new Promise((resolve, reject) => { socket.once('secureConnect', resolve).once('error', reject); });

  expect(socket.authorized).toBe(true);
  socket.destroy();
});

test('a raw one speaks the bytes that it is told to', async () => {
  const server = await started({ hosts: [], raw: (socket, text, piece) => { socket.end(`${piece}:${text}`); } });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('hello');
  const [answer] = await new Promise<Buffer[]>((resolve) => { socket.once('data', (chunk: Buffer) => { resolve([chunk]); }); });

  expect(answer?.toString()).toBe('0:hello');
});

test('hanging up ends every connection', async () => {
  const server = await started({ hosts: [], raw: () => {} });
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  await expect.poll(() => server.open()).toBe(1);
  const closed = new Promise((resolve) => { socket.once('close', resolve); });
  socket.resume();
  server.hangUp();

  await closed;
  await expect.poll(() => server.open()).toBe(0);
});
