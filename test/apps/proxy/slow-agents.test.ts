import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProxy } from '../../../src/apps/proxy/start.ts';
import { createDialer } from '../../../src/adapters/network/dial.ts';
import { createResolver } from '../../../src/adapters/network/resolver.ts';
import { startToolServer } from '../../fakes/tool-server.ts';
import { FakeRecords, FakeSource, policyOf, SUBJECT } from './harness.ts';

/** The proxy's end of a connection whose agent reads only when told to: until then the kernel takes nothing more. */
class HeldSocket extends Duplex {
  received = '';
  reset = false;
  #reading = false;
  #held: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true, writableHighWaterMark: 1 });
    this.on('error', () => {});
  }

  release(): void {
    this.#reading = true;
    this.#held?.();
  }

  setNoDelay(): void {}

  resetAndDestroy(): void {
    this.reset = true;
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const take = (): void => {
      this.received += chunk.toString('latin1');
      done();
    };
    if (this.#reading) take();
    else this.#held = take;
  }
}

async function heldWorld(limits: { readonly bodyTimeout?: number } = {}): Promise<{ records: FakeRecords; agent: HeldSocket; at: string }> {
  const tools = await startToolServer({ hosts: [], answer: (_, response) => { response.end('the whole answer'); } });
  const server = createServer();
  const records = new FakeRecords();
  const proxy = await startProxy({ subject: SUBJECT, listeners: { explicit: { server } }, limits }, {
    snapshots: new FakeSource(policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${tools.port}], addresses: [127.0.0.0/8], tls: "off"}, access: full}`)),
    records, now: Date.now, randomBytes: (size) => new Uint8Array(size),
    leafs: { leaf: () => { throw new Error('nothing is intercepted here'); } },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    dialling: createDialer({ resolver: createResolver({ fixed: new Map([['api.example.com', ['127.0.0.1']]]) }), ca: [], ownPorts: () => [] }),
  });
  onTestFinished(async () => { await proxy.close(0); });
  const agent = new HeldSocket();
  server.emit('connection', agent as Duplex as Socket);
  return { records, agent, at: `api.example.com:${tools.port}` };
}

async function getsAll(request: (at: string) => string, end: RegExp): Promise<void> {
  const { records, agent, at } = await heldWorld();
  agent.push(request(at));
  const { decision } = await records.intent();
  // Longer than what an agent that has its answer still sends is read away.
  await new Promise((resolve) => { setTimeout(resolve, 2_800); });
  expect(agent.destroyed).toBe(false);
  expect(records.outcomes).toEqual([]);
  agent.release();

  if (decision === 'permit') expect(await records.outcome()).toMatchObject({ result: 'completed' });
  await expect.poll(() => agent.writableFinished).toBe(true);
  expect(agent.received).toMatch(end);
  expect(agent.reset).toBe(false);
}

describe('an agent that is slow to read the last of its connection', () => {
  test('gets all of it, be it an answer on HTTP/1.0, one after "Connection: close", or a refusal', async () => {
    await Promise.all([
      getsAll((at) => `GET http://${at}/ HTTP/1.0\r\nHost: ${at}\r\n\r\n`, /\r\n\r\nthe whole answer$/),
      getsAll((at) => `GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\nConnection: close\r\n\r\n`, /the whole answer/),
      getsAll(() => 'GET http://denied.example.com/ HTTP/1.0\r\nHost: denied.example.com\r\n\r\n', /\}\n$/),
    ]);
  });

  test('is cut when its time is over, by a reset, and the record says that the answer did not leave', async () => {
    const { records, agent, at } = await heldWorld({ bodyTimeout: 60 });
    agent.push(`GET http://${at}/ HTTP/1.0\r\nHost: ${at}\r\n\r\n`);

    expect(await records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone', status: 200 });
    expect(agent.reset).toBe(true);
  });

  test('is cut by a reset as well if it does not read a refusal', async () => {
    const { agent } = await heldWorld({ bodyTimeout: 60 });
    agent.push('GET http://denied.example.com/ HTTP/1.0\r\nHost: denied.example.com\r\n\r\n');

    await expect.poll(() => agent.reset).toBe(true);
  });

  test('is said to have hung up if it does before it has everything', async () => {
    const { records, agent, at } = await heldWorld();
    agent.push(`GET http://${at}/ HTTP/1.1\r\nHost: ${at}\r\n\r\n`);
    await expect.poll(() => agent.writableLength).toBeGreaterThan(0);
    agent.destroy();

    expect(await records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone', status: 200 });
  });
});
