import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../repository/imports.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';

const NAMESPACE = 'leader-test';
const DURATION = 3_000;

interface Sample {
  readonly at: number;
  readonly leads: boolean;
}

/** A process of its own, so that it can be stopped and killed as one. */
class Holder {
  readonly samples: Sample[] = [];
  readonly child: ChildProcess;

  constructor(identity: string, kubeconfig = process.env['KUBECONFIG'] ?? '') {
    this.child = spawn(join(ROOT, 'node_modules/.bin/node'), [join(ROOT, 'test/cluster/leader.child.ts'), kubeconfig, NAMESPACE, identity], { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const [at, state] of lines.map((line) => line.split(' '))) this.samples.push({ at: Number(at), leads: state === 'leads' });
    });
    holders.push(this);
  }

  get leads(): boolean {
    return this.samples.at(-1)?.leads === true;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGCONT');
    this.child.stdin?.end();
    await once(this.child, 'exit');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

const holders: Holder[] = [];
const leader = (...among: Holder[]): Promise<Holder> => eventually('a leader', 20, async () => among.find((holder) => holder.leads));
const lease = async (): Promise<Record<string, unknown>> => (JSON.parse(await mustKubectl(['-n', NAMESPACE, 'get', 'lease', 'writers', '-o', 'json'])) as { spec: Record<string, unknown> }).spec;

/** When more than one led at a time; samples of one holder are some 20 ms apart. */
function overlaps(): number[] {
  const leading = holders.map(({ samples }) => new Set(samples.filter(({ leads }) => leads).map(({ at }) => Math.round(at / 20))));
  return leading.flatMap((one, index) => [...one].filter((at) => leading.some((other, second) => second !== index && other.has(at))));
}

beforeAll(async () => {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
});

afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.end()));
  expect(overlaps(), 'moments with two leaders').toEqual([]);
  holders.length = 0;
});

afterAll(() => kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']));

describe('the lease on a real API server', () => {
  test('of three processes one leads, and hands over when it ends', async () => {
    const all = ['a', 'b', 'c'].map((name) => new Holder(name));
    const first = await leader(...all);
    await sleep(2 * DURATION);
    expect(all.filter((holder) => holder.leads)).toEqual([first]);
    const before = await lease();
    expect(Date.parse(String(before['renewTime']))).toBeGreaterThan(Date.now() - 2_000);
    const ending = Date.now();
    await first.end();
    await leader(...all.filter((holder) => holder !== first));
    expect(Date.now() - ending, 'given back, not waited for').toBeLessThan(DURATION);
    expect(await lease()).toMatchObject({ leaseTransitions: Number(before['leaseTransitions']) + 1 });
  });

  test('a leader that is killed is followed once its lease has run out, and not before', async () => {
    const [first, second] = [new Holder('first'), new Holder('second')];
    const dying = await leader(first, second);
    const other = dying === first ? second : first;
    await dying.kill();
    const last = dying.samples.findLast(({ leads }) => leads)?.at ?? 0;
    await leader(other);
    expect((other.samples.find(({ leads }) => leads)?.at ?? 0) - last).toBeGreaterThan(DURATION - 500);
  });

  test('a leader that was stopped and goes on does not lead for a moment, since another does', async () => {
    const [first, second] = [new Holder('first'), new Holder('second')];
    const stopped = await leader(first, second);
    const other = stopped === first ? second : first;
    stopped.child.kill('SIGSTOP');
    await leader(other);
    const awake = Date.now();
    stopped.child.kill('SIGCONT');
    await sleep(2_000);
    const after = stopped.samples.filter(({ at }) => at >= awake);
    expect(after.length).toBeGreaterThan(20);
    expect(after.filter(({ leads }) => leads)).toEqual([]);
    expect(other.leads).toBe(true);
  });

  test('a leader whose API server is away stops within its deadline, and leads again when it is back', async () => {
    const relay = await Relay.start();
    const only = new Holder('only', relay.kubeconfig);
    await leader(only);
    await relay.leave();
    const left = Date.now();
    await eventually('the end of its lead', 10, async () => (only.leads ? undefined : true));
    expect((only.samples.findLast(({ leads }) => leads)?.at ?? Infinity) - left).toBeLessThan(2_000);
    await relay.comeBack();
    await leader(only);
    await only.end();
    await relay.close();
  });
});

/** Stands between a process and the API server, and can go away. */
class Relay {
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'sallyport-relay-'));
  readonly kubeconfig = join(this.#folder, 'kubeconfig');
  #port = 0;

  constructor(target: { host: string; port: number }) {
    this.#server = net.createServer((from) => {
      const to = net.connect(target);
      for (const [socket, peer] of [[from, to], [to, from]] as const) {
        this.#open.add(socket);
        socket.pipe(peer);
        socket.on('error', () => peer.destroy()).on('close', () => {
          this.#open.delete(socket);
          peer.destroy();
        });
      }
    });
  }

  static async start(): Promise<Relay> {
    const text = readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8');
    const [whole = '', host = '', port = ''] = /https:\/\/([\d.]+):(\d+)/.exec(text) ?? [];
    const relay = new Relay({ host, port: Number(port) });
    await relay.comeBack();
    writeFileSync(relay.kubeconfig, text.replace(whole, `https://${host}:${relay.#port}`));
    return relay;
  }

  async comeBack(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as net.AddressInfo).port;
  }

  async leave(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async close(): Promise<void> {
    await this.leave();
    rmSync(this.#folder, { recursive: true });
  }
}
