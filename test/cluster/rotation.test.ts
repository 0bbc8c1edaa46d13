import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitPem } from '../../src/adapters/certificates/read.ts';
import { connectKube, type KubeClient, type KubeObject } from '../../src/adapters/kube/client.ts';
import { KubeFault } from '../../src/adapters/kube/fault.ts';
import { type HeldLease, holdLease } from '../../src/adapters/kube/leader.ts';
import { webhookConfigurations } from '../../src/apps/cli/install/configurations.ts';
import { type Serving, startServing, type ServingPlace } from '../../src/apps/webhook/serving.ts';
import { standaloneFacts } from '../../src/apps/webhook/standalone-facts.ts';
import { type RunningWebhook, startWebhook } from '../../src/apps/webhook/start.ts';
import { BUILT_IN_PROFILES } from '../../src/core/policy/profile.ts';
import { BASE, QUIET } from './injection-base.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';

// Three webhooks in this process, whose certificates live for seconds, behind one address as behind a Service. All the while the API
// server is asked to create agent pods: each has to be refused by the webhook, and none for the want of it.

const AGENTS = 'rotation-test-agents';
const SYSTEM = 'rotation-test-system';
const OWN_LABEL = { 'test.example/rotation': 'here' };
const NAMES = { ValidatingWebhookConfiguration: 'rotation-test.sandbox.example', MutatingWebhookConfiguration: 'rotation-test.inject.example' } as const;
type Kind = keyof typeof NAMES;
const KINDS = Object.keys(NAMES) as Kind[];

/** A new serving certificate every eight seconds, and a new CA about every twelve. */
const LIFETIMES = { authority: 36_000, serving: 12_000 };
const PLACE: ServingPlace = { namespace: SYSTEM, secret: 'gate-tls', dnsNames: ['localhost'], configurations: KINDS.map((kind) => ({ kind, name: NAMES[kind] })) };

interface Replica {
  readonly webhook: RunningWebhook;
  readonly serving: Serving;
  readonly lease: HeldLease;
}

let client: KubeClient;
const replicas: Replica[] = [];
let turn = 0;
const splitter = net.createServer((from) => {
  const { webhook } = replicas[(turn += 1) % replicas.length]!;
  const to = net.connect(webhook.address.port, '127.0.0.1');
  from.pipe(to).pipe(from);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
});

async function startReplica(identity: string): Promise<Replica> {
  const watch = { client, now: Date.now, random: Math.random };
  const writers: Serving[] = [];
  const onChange = (): void => writers.forEach((writer) => writer.wake());
  const lease = holdLease({ ...watch, namespace: SYSTEM, name: 'gate', identity, timing: { duration: 4_000, deadline: 3_000, retry: 500 }, onChange });
  const serving = await startServing({ watch, lease, place: PLACE, lifetimes: LIFETIMES, log: QUIET });
  const facts = standaloneFacts(BUILT_IN_PROFILES.contained, BASE, () => ({ ca: 'none', keys: [] }));
  const loopback = { host: '127.0.0.1', port: 0 };
  const webhook = await startWebhook({ listen: loopback, health: loopback }, { facts, certificate: serving.certificate, log: QUIET });
  serving.announce();
  writers.push(serving);
  return { webhook, serving, lease };
}

/** The installed configurations for the namespace of this file alone, called on this machine. */
function configurations(port: number): object[] {
  return (webhookConfigurations() as { kind: Kind; webhooks: { name: string; clientConfig: { service: { path: string } }; namespaceSelector?: { matchExpressions: object[] } }[] }[])
    .filter(({ kind, webhooks }) => kind in NAMES && webhooks.length > 0)
    .map(({ webhooks, ...rest }) => ({
      ...rest,
      metadata: { name: NAMES[rest.kind] },
      webhooks: webhooks.slice(0, 1).map(({ clientConfig, namespaceSelector, ...webhook }) => ({
        ...webhook,
        clientConfig: { url: `https://localhost:${port}${clientConfig.service.path}` },
        namespaceSelector: { ...namespaceSelector, matchLabels: OWN_LABEL },
      })),
    }));
}

async function bundle(kind: Kind): Promise<string> {
  const object = await client.get<KubeObject>(`/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/${NAMES[kind]}`);
  const [first] = object['webhooks'] as { clientConfig: { caBundle?: string } }[];
  return Buffer.from(first?.clientConfig.caBundle ?? '', 'base64').toString();
}

/** One create of a bare agent pod; the words of its refusal. */
async function refusal(): Promise<string> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'bare-', namespace: AGENTS }, spec: { containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] } };
  try {
    await client.create(`/api/v1/namespaces/${AGENTS}/pods`, pod, { query: { dryRun: 'All' } });
    return 'let through';
  } catch (fault) {
    if (fault instanceof KubeFault) return fault.message;
    throw fault;
  }
}

/** A handshake of its own, as an API server would make that knows nothing but the bundle that stands there now. */
async function handshake(replica: Replica, ca: string): Promise<string> {
  const socket = tls.connect({ host: '127.0.0.1', port: replica.webhook.address.port, servername: 'localhost', ca });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.fingerprint256 ?? 'no certificate';
  } catch (fault) {
    return `failed: ${String(fault)}`;
  } finally {
    socket.destroy();
  }
}

interface Load {
  readonly reviews: number;
  readonly handshakes: number;
  readonly failed: readonly string[];
  readonly certificates: ReadonlySet<string>;
  readonly authorities: ReadonlySet<string>;
}

/** Keeps asking until `during` has ended. */
async function underLoad(during: () => Promise<unknown>): Promise<Load> {
  const load = { reviews: 0, handshakes: 0, failed: [] as string[], certificates: new Set<string>(), authorities: new Set<string>() };
  const ended = new AbortController();
  const asking = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const words = await refusal();
      load.reviews += 1;
      if (!/admission webhook "[a-z.]+" denied the request/.test(words)) load.failed.push(words);
    }
  };
  const knocking = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const ca = await bundle('ValidatingWebhookConfiguration');
      for (const authority of splitPem(ca)) load.authorities.add(authority);
      for (const shown of await Promise.all(replicas.map((replica) => handshake(replica, ca)))) {
        load.handshakes += 1;
        if (shown.startsWith('failed')) load.failed.push(shown);
        else load.certificates.add(shown);
      }
      await sleep(50);
    }
  };
  const all = [...Array.from({ length: 4 }, asking), knocking()];
  await during();
  ended.abort();
  await Promise.all(all);
  return load;
}

beforeAll(async () => {
  client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { ...OWN_LABEL, 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } },
  );
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: AGENTS } });
  splitter.listen(0, '127.0.0.1');
  await once(splitter, 'listening');
  await apply(...configurations((splitter.address() as net.AddressInfo).port));
  for (const name of ['a', 'b', 'c']) replicas.push(await startReplica(name));
  await eventually('the first answer of the webhook', 30, async () => ((await refusal()).includes('failed calling') ? undefined : true));
});

afterAll(async () => {
  for (const kind of KINDS) await kubectl(['delete', kind.toLowerCase(), NAMES[kind], '--ignore-not-found']);
  for (const { webhook, serving, lease } of replicas) {
    await webhook.close();
    await serving.stop();
    await lease.stop();
  }
  splitter.close();
  await client?.close();
  await kubectl(['delete', 'namespace', AGENTS, SYSTEM, '--ignore-not-found', '--wait=false']);
});

describe('certificates that are replaced under load', () => {
  test('no review fails while certificates and CAs follow one another', async () => {
    const load = await underLoad(() => sleep(80_000));
    process.stdout.write(`rotation: ${load.reviews} reviews, ${load.handshakes} handshakes, ${load.certificates.size} certificates, ${load.authorities.size} CAs, ${load.failed.length} failed\n`);
    expect(load.failed).toEqual([]);
    expect(load.certificates.size).toBeGreaterThan(7);
    expect(load.authorities.size).toBeGreaterThan(3);
    expect(load.reviews).toBeGreaterThan(500);
  });

  test('no review fails when the Secret is lost and everything is made anew', async () => {
    const before = splitPem(await bundle('ValidatingWebhookConfiguration'));
    const load = await underLoad(async () => {
      await mustKubectl(['-n', SYSTEM, 'delete', 'secret', PLACE.secret]);
      await sleep(8_000);
    });
    expect(load.failed).toEqual([]);
    expect([...load.authorities].filter((authority) => !before.includes(authority)).length).toBeGreaterThan(0);
    // The CA that was lost stays trusted as long as it lives, here for seconds; the replicas now serve by the new one.
    expect(load.certificates.size).toBeGreaterThan(1);
  });

  test('no review fails when the replica that writes goes away, and another writes after it', async () => {
    const leaving = await eventually('a leader', 20, async () => replicas.find(({ lease }) => lease.leading));
    const load = await underLoad(async () => {
      replicas.splice(replicas.indexOf(leaving), 1);
      await leaving.webhook.close({ delay: 500, patience: 2_000 });
      await leaving.serving.stop();
      await leaving.lease.stop();
      await eventually('another leader', 20, async () => replicas.find(({ lease }) => lease.leading));
      await sleep(20_000);
    });
    expect(load.failed).toEqual([]);
    expect(load.authorities.size).toBeGreaterThan(1);
  });
});
