import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/adapters/kube/client.ts';
import type { Told } from '../../../../src/adapters/kube/events.ts';
import { KubeFault } from '../../../../src/adapters/kube/fault.ts';
import type { Assessment } from '../../../../src/apps/webhook/scan/assess.ts';
import { Look } from '../../../../src/apps/webhook/scan/look.ts';
import { Memory } from '../../../../src/apps/webhook/scan/memory.ts';
import { scanMetrics } from '../../../../src/apps/webhook/scan/metrics.ts';
import { type ScanPorts, USUAL_TIMING } from '../../../../src/apps/webhook/scan/ports.ts';
import { scannedPod } from '../../../../src/apps/webhook/scan/scanned-pod.ts';
import type { Fault } from '../../../../src/core/checks/check.ts';
import { type Fact, known, unknown } from '../../../../src/core/terms/fact.ts';
import { KubeStore } from '../../../fakes/kube-store.ts';

const PATH = '/api/v1/namespaces/agents/pods/triage';
const EVICTION = `${PATH}/eviction/triage`;
const REPORT = '/apis/wgpolicyk8s.io/v1alpha2/namespaces/agents/policyreports/sallyport-u-1';
const MISSING: Fault = { check: 'sidecar-intact', reason: 'sidecar-missing', field: 'spec.initContainers', message: 'the pod does not carry the sidecar', fix: 'create it again', link: 'docs', weight: 'deny' };
const SPEC = { onUnproven: 'evict', lifetimeUnset: 'recycle', maxLifetimeSeconds: 7_200 } as const;
const UNPROVEN: Assessment = { mode: 'enforce', profile: 'isolated', proven: false, static: false, faults: [MISSING], spec: SPEC };
const PROVEN: Assessment = { ...UNPROVEN, proven: true, faults: [] };

interface World {
  readonly store: KubeStore;
  readonly events: Told[];
  readonly memory: Memory;
  readonly registry: Registry;
  assessed: Fact<Assessment>;
  leading: boolean;
  now: number;
  look(pod?: KubeObject): Promise<number>;
}

let world: World;

beforeEach(() => {
  const store = new KubeStore();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'agents', name: 'triage', uid: 'u-1', creationTimestamp: '1970-01-01T00:00:00Z' }, spec: { containers: [] } };
  store.put(PATH, pod);
  const [events, memory, registry]: [Told[], Memory, Registry] = [[], new Memory(), new Registry()];
  const ports: ScanPorts = {
    client: store.client,
    leading: () => world.leading,
    ready: () => true,
    circumstances: () => Promise.resolve(new Map()),
    assess: () => Promise.resolve(world.assessed),
    recorder: { tell: (event) => events.push(event) },
    metrics: scanMetrics(registry),
    now: () => world.now,
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const begun = (): Look => {
    const look = new Look(ports, USUAL_TIMING, memory, new AbortController().signal);
    look.begin(0);
    return look;
  };
  let look: Look | undefined;
  world = {
    store, events, memory, registry, assessed: known(UNPROVEN), leading: true, now: 0,
    look: async (one: KubeObject = pod) => {
      look ??= begun();
      await look.at(scannedPod(one), 'enforce');
      return memory.get(one.metadata.uid ?? '')?.next ?? Number.NaN;
    },
  };
});

const evictions = (): number => [...world.store.objects.keys()].filter((path) => path === EVICTION).length;
const told = (): string[] => world.events.map(({ reason }) => reason);

describe('what is found', () => {
  test('is written into a report, told on the pod, and counted', async () => {
    await world.look();
    expect(world.store.objects.get(REPORT)).toMatchObject({ summary: { fail: 1 } });
    expect(world.events).toMatchObject([{ type: 'Warning', reason: 'SallyportUnproven', message: 'Would be refused now by profile isolated: [sidecar-intact] spec.initContainers: the pod does not carry the sidecar' }]);
    expect(await world.events[0]?.subject(AbortSignal.timeout(100))).toEqual({ apiVersion: 'v1', kind: 'Pod', namespace: 'agents', name: 'triage', uid: 'u-1' });
  });

  test('is told once an hour, and at once where it is something else; the report keeps the time since when it is so', async () => {
    await world.look();
    world.now = 30_000;
    await world.look();
    expect(told()).toHaveLength(1);
    expect(world.store.objects.get(REPORT)?.['results']).toMatchObject([{ timestamp: { seconds: 0 } }]);
    world.assessed = known({ ...PROVEN, faults: [{ ...MISSING, check: 'seccomp' }] });
    await world.look();
    expect(told()).toEqual(['SallyportUnproven', 'SallyportFaults']);
    expect(world.store.objects.get(REPORT)?.['results']).toMatchObject([{ timestamp: { seconds: 30 } }, { timestamp: { seconds: 30 } }]);
    world.now = 3_600_000;
    await world.look();
    expect(told()).toHaveLength(3);
  });

  test('of a proven pod is nothing to tell, and it has its next turn within the hour', async () => {
    world.assessed = known(PROVEN);
    expect(await world.look()).toBe(3_420_000);
    expect(told()).toEqual([]);
  });

  test('is written by nobody who does not lead', async () => {
    world.leading = false;
    world.now = 100_000;
    await world.look();
    expect([world.store.objects.has(REPORT), told(), evictions()]).toEqual([false, [], 0]);
  });

  test('is kept where the report cannot be written, and the next turn tries again', async () => {
    world.store.client.patch = () => Promise.reject(new KubeFault('not-found', 'there is no such kind'));
    await world.look();
    expect(told()).toEqual(['SallyportUnproven']);
    expect(await world.registry.metrics()).toContain('sallyport_scan_failures_total{what="report"} 1');
  });
});

describe('a pod is evicted', () => {
  test('after a second look half a minute later, and not before the scan has run for a minute', async () => {
    expect(await world.look()).toBe(60_000);
    expect(evictions()).toBe(0);
    world.now = 60_000;
    await world.look();
    expect(evictions()).toBe(1);
    expect(told()).toEqual(['SallyportUnproven', 'SallyportEvicted']);
    expect(await world.registry.metrics()).toContain('sallyport_scan_evictions_total{reason="unproven",outcome="evicted"} 1');
  });

  test('never where the second look finds it proven, and a later finding begins anew', async () => {
    await world.look();
    world.now = 90_000;
    world.assessed = known(PROVEN);
    await world.look();
    world.assessed = known(UNPROVEN);
    expect(await world.look()).toBe(120_000);
    expect(evictions()).toBe(0);
  });

  test('never where nobody can tell, whatever was found before', async () => {
    await world.look();
    world.now = 90_000;
    world.assessed = unknown('the API server does not answer');
    expect(await world.look()).toBe(100_000);
    expect(evictions()).toBe(0);
    expect(await world.registry.metrics()).toContain('sallyport_scan_failures_total{what="look"} 1');
  });

  test('not while it ends already, and not where it is another pod by now', async () => {
    const found = world.store.objects.get(PATH);
    world.now = 90_000;
    await world.look();
    world.now = 190_000;
    world.store.put(PATH, { ...found, metadata: { ...found?.metadata, name: 'triage', deletionTimestamp: '1970-01-01T00:03:00Z' } });
    await world.look();
    world.store.put(PATH, { ...found, metadata: { ...found?.metadata, name: 'triage', uid: 'u-2' } });
    await world.look();
    expect(evictions()).toBe(0);
  });

  test('at its longest life where it names no end, at the moment that comes', async () => {
    world.assessed = known(PROVEN);
    world.now = 5_000_000;
    expect(await world.look()).toBe(7_200_000);
    world.now = 7_200_000;
    expect(await world.look()).toBe(7_230_000);
    world.now = 7_230_000;
    await world.look();
    expect(told()).toEqual(['SallyportEvicted']);
    expect(world.events[0]?.message).toBe('Evicted: it names no end and has lived as long as its profile allows.');
  });

  test('no sooner than ten seconds after another one, and those that wait are looked at again before they go', async () => {
    const other = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'agents', name: 'other', uid: 'u-2', creationTimestamp: '1970-01-01T00:00:00Z' }, spec: { containers: [] } };
    world.store.put('/api/v1/namespaces/agents/pods/other', other);
    await world.look();
    await world.look(other);
    world.now = 60_000;
    await world.look();
    expect(await world.look(other)).toBe(120_000);
    expect(world.store.objects.has('/api/v1/namespaces/agents/pods/other/eviction/other')).toBe(false);
    world.now = 120_000;
    await world.look(other);
    expect(world.store.objects.has('/api/v1/namespaces/agents/pods/other/eviction/other')).toBe(true);
  });

  test('as whatever version it is once it was changed twice, and what came to nothing takes no turn from another', async () => {
    const other = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'agents', name: 'other', uid: 'u-2', creationTimestamp: '1970-01-01T00:00:00Z' }, spec: { containers: [] } };
    world.store.put('/api/v1/namespaces/agents/pods/other', other);
    const tried: unknown[] = [];
    world.store.beforeWrite = (path) => {
      if (path === `${PATH}/eviction`) tried.push(path);
      if (path === `${PATH}/eviction` && tried.length < 3) throw new KubeFault('conflict', 'another version', { status: 409 });
    };
    await world.look();
    await world.look(other);
    world.now = 60_000;
    await world.look();
    await world.look(other);
    expect(world.store.objects.has('/api/v1/namespaces/agents/pods/other/eviction/other')).toBe(true);
    for (const now of [70_000, 80_000]) {
      world.now = now;
      await world.look();
    }
    expect(tried).toHaveLength(3);
    expect(world.store.objects.get(EVICTION)?.['deleteOptions']).toEqual({ preconditions: { uid: 'u-1' } });
  });

  test('later and later where a disruption budget forbids it, and says so once', async () => {
    world.store.beforeWrite = (path) => {
      if (path.endsWith('/eviction')) throw new KubeFault('refused', 'the budget', { status: 429 });
    };
    await world.look();
    const waits: number[] = [];
    world.now = 60_000;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const next = await world.look();
      waits.push(next - world.now);
      world.now = next;
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]);
    expect(told().filter((reason) => reason === 'SallyportEvictionRefused')).toHaveLength(1);
  });
});
