import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, mkdtemp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { generateEvidenceKey, readEvidencePair } from '../../../src/adapters/journal/evidence-pair.ts';
import { LinkWorld } from '../../fakes/link-world.ts';
import { readAll } from './harness.ts';
import { type Started, startProgram } from './program.ts';

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

interface Sidecar extends Started {
  readonly journal: string;
  readonly ports: { readonly health: number; readonly dns: number; readonly captured: number };
  readonly probe: (path: '/healthz' | '/readyz' | '/metrics') => Promise<string>;
}

let world: LinkWorld;
let place: string;

beforeEach(async () => {
  world = await LinkWorld.create();
  place = await mkdtemp(join(tmpdir(), 'sidecar-'));
  await world.startController();
  onTestFinished(async () => {
    await world.close();
    await rm(place, { recursive: true });
  });
});

async function startSidecar(): Promise<Sidecar> {
  const ports = { health: await freePort(), dns: await freePort(), captured: await freePort() };
  const journal = join(place, 'journal');
  const started = startProgram([
    '--controller', world.url, '--controller-ca', Buffer.from(world.authority.cert).toString('base64'), '--link-key', world.signer.publicKey,
    '--token-file', await world.tokenFile(), '--journal', journal, '--ca-out', join(place, 'ca.crt'), '--cluster-domain', 'cluster.local',
    '--listen', '127.0.0.1:0', '--health', `127.0.0.1:${ports.health}`, '--dns-port', String(ports.dns), '--captured', `443:${ports.captured}`,
  ], { SALLYPORT_POD_NAMESPACE: 'agents', SALLYPORT_POD_NAME: 'triage-1', SALLYPORT_POD_UID: 'uid-1' });
  const probe: Sidecar['probe'] = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${ports.health}${path}`).catch(() => undefined);
    return answer === undefined ? 'no answer' : `${answer.status} ${await answer.text()}`;
  };
  return { ...started, journal, ports, probe };
}

async function ended(sidecar: Sidecar): Promise<number | null> {
  sidecar.child.kill('SIGTERM');
  return await sidecar.ended;
}

function firstRecord(journal: string, epoch: number): unknown {
  return JSON.parse(readFileSync(join(journal, `epoch-0000000${epoch}.jsonl`), 'utf8').split('\n')[0] ?? '');
}

describe('a sidecar', () => {
  test('answers probes, and opens nothing else, before the controller has sent its pod\'s policies and the key', async () => {
    const sidecar = await startSidecar();
    await expect.poll(() => sidecar.probe('/healthz'), { timeout: 10_000 }).toBe('200 ok\n');
    expect(await sidecar.probe('/readyz')).toBe('503 not ready: the controller has sent neither policies nor the key that payloads are sealed to\n');
    expect(await sidecar.probe('/metrics')).toContain('sallyport_ready 0\n');
    expect(existsSync(sidecar.journal)).toBe(false);
    const [refusal] = await once(connect(sidecar.ports.captured, '127.0.0.1'), 'error') as [NodeJS.ErrnoException];
    expect(refusal.code).toBe('ECONNREFUSED');
    expect(await ended(sidecar)).toBe(0);
    expect(existsSync(sidecar.journal)).toBe(false);
  });

  test('then answers names and takes captured connections alone', async () => {
    const sidecar = await startSidecar();
    world.putPolicy('triage', ['api.example.com', 'orders.shop.svc.cluster.local']);
    world.putPod();
    await expect.poll(() => sidecar.probe('/readyz'), { timeout: 10_000 }).toBe('200 ready\n');
    expect(await sidecar.probe('/metrics')).toContain('sallyport_ready 1\n');

    const { dns, captured } = sidecar.ports;
    expect([...(await ask(dns, 'api.example.com')).subarray(-4)].slice(0, 1)).toEqual([198]);
    expect([...(await ask(dns, 'orders.shop.svc.cluster.local')).subarray(-4)].slice(0, 1)).toEqual([198]);
    expect((await ask(dns, 'secrets.vault.svc.cluster.local')).readUInt8(3) & 0x0f).toBe(3);

    const scan = connect(captured, '127.0.0.1').on('error', () => {});
    scan.write('GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n');
    expect(await readAll(scan)).toBe('');
    expect(await ended(sidecar)).toBe(0);
  });

  test('seals to the controller\'s key and makes none of its own; to another one from its next start on', async () => {
    world.putPolicy('triage', ['api.example.com']);
    world.putPod();
    const keys = [world.evidence, readEvidencePair(generateEvidenceKey())];
    for (const [index, pair] of keys.entries()) {
      world.evidence = pair;
      await world.controller?.close();
      await world.startController();
      const sidecar = await startSidecar();
      await expect.poll(() => sidecar.probe('/readyz'), { timeout: 10_000 }).toBe('200 ready\n');
      expect(await ended(sidecar)).toBe(0);
      expect(firstRecord(sidecar.journal, index + 1)).toMatchObject({ kind: 'epoch', key: pair.publicKey.kid });
      expect(sidecar.log()).not.toContain(pair.privateKey.d);
    }
    const journal = join(place, 'journal');
    expect(readdirSync(join(journal, 'keys')).sort()).toEqual(keys.map(({ publicKey }) => `${publicKey.kid}.public.json`).sort());
    for (const name of readdirSync(journal, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
      const text = readFileSync(join(name.parentPath, name.name), 'latin1');
      expect(text).not.toMatch(/PRIVATE KEY|"d":/);
    }
  });
});
