import { createSocket } from 'node:dgram';
import { rm, mkdtemp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LinkWorld } from '../../fakes/link-world.ts';
import { readAll } from './harness.ts';
import { startProgram } from './program.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** A question for the A record of a name, as a stub resolver puts it. */
function question(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

async function ask(port: number, name: string): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    return await new Promise<Buffer>((resolve) => {
      socket.once('message', resolve);
      socket.send(question(name), port, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
}

test('a sidecar is not ready before the controller has sent its pod\'s policies; then it answers names and takes captured connections alone', async () => {
  const world = await LinkWorld.create();
  const place = await mkdtemp(join(tmpdir(), 'sidecar-'));
  onTestFinished(async () => {
    await world.close();
    await rm(place, { recursive: true });
  });
  await world.startController();
  const [health, dns, captured] = [await freePort(), await freePort(), await freePort()];
  const proxy = startProgram([
    '--controller', world.url, '--controller-ca', Buffer.from(world.authority.cert).toString('base64'), '--link-key', world.signer.publicKey,
    '--token-file', await world.tokenFile(), '--journal', join(place, 'journal'), '--ca-out', join(place, 'ca.crt'), '--cluster-domain', 'cluster.local',
    '--listen', '127.0.0.1:0', '--health', `127.0.0.1:${health}`, '--dns-port', String(dns), '--captured', `443:${captured}`,
  ], { SALLYPORT_POD_NAMESPACE: 'agents', SALLYPORT_POD_NAME: 'triage-1', SALLYPORT_POD_UID: 'uid-1' });
  await expect.poll(proxy.log, { timeout: 10_000 }).toContain('"msg":"listening"');
  const readiness = async (): Promise<number> => (await fetch(`http://127.0.0.1:${health}/readyz`)).status;

  expect(await readiness()).toBe(503);
  world.putPolicy('triage', ['api.example.com', 'orders.shop.svc.cluster.local']);
  world.putPod();
  await expect.poll(readiness, { timeout: 10_000 }).toBe(200);

  expect([...(await ask(dns, 'api.example.com')).subarray(-4)].slice(0, 1)).toEqual([198]);
  expect([...(await ask(dns, 'orders.shop.svc.cluster.local')).subarray(-4)].slice(0, 1)).toEqual([198]);
  expect((await ask(dns, 'secrets.vault.svc.cluster.local')).readUInt8(3) & 0x0f).toBe(3);

  const scan = connect(captured, '127.0.0.1').on('error', () => {});
  scan.write('GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n');
  expect(await readAll(scan)).toBe('');
  proxy.child.kill('SIGTERM');
  expect(await proxy.ended).toBe(0);
});
