import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../../src/adapters/kube/client.ts';
import type { Facts } from '../../../../src/apps/webhook/ports.ts';
import { scanMetrics } from '../../../../src/apps/webhook/scan/metrics.ts';
import { ROUND, type ScanPorts, USUAL_TIMING } from '../../../../src/apps/webhook/scan/ports.ts';
import { type Scan, startScan } from '../../../../src/apps/webhook/scan/scan.ts';
import { type LeaderScan, scanWhileLeading } from '../../../../src/apps/webhook/scan/while-leading.ts';
import { known, unknown } from '../../../../src/core/terms/fact.ts';
import { CONTAINED, FACTS, SETTINGS } from '../../../core/checks/pods.ts';
import { KubeStore } from '../../../fakes/kube-store.ts';
import { NO_OBJECTS } from '../no-objects.ts';

const soon = { timeout: 3_000, interval: 5 };
const TIMING = { ...USUAL_TIMING, round: 5, debounce: 0, again: 60_000 };

let store: KubeStore;
let registry: Registry;
let scan: Scan | LeaderScan | undefined;
let errors: unknown[];

beforeEach(() => {
  [store, registry, scan, errors] = [new KubeStore(), new Registry(), undefined, []];
});

afterEach(async () => {
  await scan?.stop();
});

/** Where the list of all pods finds it, and where the pod itself is read. */
function put(name: string, namespace = 'agents', changes: object = {}): void {
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid: `u-${name}`, creationTimestamp: '1970-01-01T00:00:00Z' }, spec: { containers: [] }, ...changes };
  store.put(`/api/v1/pods/${namespace}-${name}`, pod);
  store.put(`/api/v1/namespaces/${namespace}/pods/${name}`, pod);
}

/** What a scan needs of the world besides who leads and what is known. */
function common() {
  return {
    client: store.client,
    recorder: { tell: () => undefined },
    metrics: scanMetrics(registry),
    now: Date.now,
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined, error: (fields: object) => errors.push(fields) },
    timing: TIMING,
  };
}

function start(changes: Partial<ScanPorts> = {}) {
  const looked: string[] = [];
  const ports: ScanPorts = {
    ...common(),
    leading: () => true,
    ready: () => true,
    circumstances: () => Promise.resolve(new Map([['agents', 'enforce']])),
    assess: (pod) => {
      looked.push(pod.metadata.name);
      return Promise.resolve(known({ mode: 'enforce', profile: 'contained', proven: true, static: false, faults: [] }));
    },
    ...changes,
  };
  scan = startScan(ports);
  return looked;
}

/** How often the pod was looked at. */
const reads = () => store.requests.filter((request) => request === 'GET /api/v1/namespaces/agents/pods/triage').length;
const someRounds = () => new Promise((resolve) => setTimeout(resolve, 60));

describe('the scan', () => {
  test('looks once at each pod that runs in a namespace that takes agents, however many rounds there are', async () => {
    put('triage');
    put('done', 'agents', { status: { phase: 'Succeeded' } });
    put('web', 'shop');
    const looked = start();
    await vi.waitFor(() => expect(looked).toEqual(['triage']), soon);
    await someRounds();
    expect(looked).toEqual(['triage']);
  });

  test('looks again where what a pod is judged by has changed', async () => {
    put('triage');
    let around = 'enforce';
    const looked = start({ circumstances: () => Promise.resolve(new Map([['agents', around]])) });
    await vi.waitFor(() => expect(looked).toHaveLength(1), soon);
    around = 'warn';
    await vi.waitFor(() => expect(looked).toHaveLength(2), soon);
  });

  test.each(['leading', 'ready'] as const)('waits until it is %s', async (what) => {
    put('triage');
    let yes = false;
    const looked = start({ [what]: () => yes });
    await someRounds();
    expect(looked).toEqual([]);
    yes = true;
    await vi.waitFor(() => expect(looked).toEqual(['triage']), soon);
  });

  test('works off many pods round by round', async () => {
    for (let count = 0; count < ROUND + 5; count += 1) put(`p${count}`);
    const looked = start();
    await vi.waitFor(() => expect(new Set(looked).size).toBe(ROUND + 5), soon);
    expect(looked).toHaveLength(ROUND + 5);
  });

  test('survives a round that fails inside, and tells it', async () => {
    put('triage');
    let failures = 1;
    const looked = start({
      circumstances: () => {
        failures -= 1;
        return failures < 0 ? Promise.resolve(new Map([['agents', 'enforce']])) : Promise.reject(new TypeError('a mistake'));
      },
    });
    await vi.waitFor(() => expect(looked).toEqual(['triage']), soon);
    expect(errors).toEqual([{ err: new TypeError('a mistake') }]);
  });

  test('leaves no figures behind when it stops', async () => {
    put('triage');
    start();
    await vi.waitFor(async () => expect(await registry.metrics()).toContain('sallyport_scan_pods{namespace="agents",mode="enforce"} 1'), soon);
    await scan?.stop();
    expect(await registry.metrics()).not.toContain('namespace="agents"');
  });
});

describe('of several replicas', () => {
  test('the one that holds the Lease scans, begins anew each time that it gets it, and not after it was stopped', async () => {
    put('triage');
    const lease = { leading: false };
    const namespaceLabels = vi.fn<Facts['namespaceLabels']>(() => Promise.resolve(known({ 'sallyport.dev/agents': 'enforce' })));
    const facts: Facts = { ...NO_OBJECTS, namespaceLabels, agentNamespaces: () => ['agents'], profile: () => known(CONTAINED), injection: () => known(SETTINGS), objects: FACTS, exemptions: () => unknown('None.'), missing: () => [] };
    const leading = scanWhileLeading({ ...common(), facts, lease });
    scan = leading;
    await someRounds();
    expect([reads(), namespaceLabels.mock.calls.length]).toEqual([0, 0]);
    for (const times of [1, 2]) {
      lease.leading = true;
      leading.wake();
      await vi.waitFor(() => expect(reads()).toBe(times), soon);
      lease.leading = false;
      leading.wake();
      await vi.waitFor(async () => expect(await registry.metrics()).not.toContain('namespace="agents"'), soon);
    }
    await leading.stop();
    lease.leading = true;
    leading.wake();
    await someRounds();
    expect(reads()).toBe(2);
  });
});
