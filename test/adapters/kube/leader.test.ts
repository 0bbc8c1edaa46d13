import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { type HeldLease, holdLease, type LeaseSettings } from '../../../src/adapters/kube/leader.ts';
import { KubeStore } from '../../fakes/kube-store.ts';
import { soon } from '../../fakes/soon.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/sallyport-system/leases/writers';

let store: KubeStore;
/** Added to the clocks of the lease under test. */
let wall: number;
let monotonic: number;
const held: HeldLease[] = [];

beforeEach(() => {
  store = new KubeStore();
  wall = 0;
  monotonic = 0;
});

afterEach(async () => {
  await Promise.all(held.splice(0).map((one) => one.stop()));
});

function hold(identity: string, change: Partial<LeaseSettings> = {}): HeldLease {
  const one = holdLease({
    client: store.client,
    namespace: 'sallyport-system',
    name: 'writers',
    identity,
    now: () => Date.now() + wall,
    clock: () => performance.now() + monotonic,
    random: () => 0,
    timing: { duration: 15_000, deadline: 10_000, retry: 10 },
    ...change,
  });
  held.push(one);
  return one;
}

const spec = (): Record<string, unknown> => store.objects.get(LEASE)?.['spec'] as Record<string, unknown>;
const someRounds = (): Promise<void> => sleep(80);

/** What another holder left in the Lease. */
function heldBy(holderIdentity: string, change: object = {}): void {
  const time = new Date().toISOString().replace('Z', '000Z');
  store.put(LEASE, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'writers', namespace: 'sallyport-system' }, spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 4, ...change } });
}

describe('a lease', () => {
  test('is made where there is none, with the fields that others read', async () => {
    const one = hold('one');
    expect(one.leading).toBe(false);
    await soon('a leader', () => one.leading);
    const microTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(spec()).toEqual({ holderIdentity: 'one', leaseDurationSeconds: 15, acquireTime: microTime, renewTime: microTime, leaseTransitions: 0 });
  });

  test('has one holder, whoever tries; the other takes it, one transition later, once it is given back', async () => {
    const one = hold('one');
    await soon('a leader', () => one.leading);
    const other = hold('other');
    await someRounds();
    expect([one.leading, other.leading]).toEqual([true, false]);
    await one.stop();
    expect(one.leading).toBe(false);
    await soon('the next leader', () => other.leading);
    expect(spec()).toMatchObject({ holderIdentity: 'other', leaseTransitions: 1 });
  });

  test('goes to one of two who see it free at the same time', async () => {
    const both = [hold('one'), hold('other')];
    await soon('a leader', () => both.some((one) => one.leading));
    await someRounds();
    expect(both.filter((one) => one.leading)).toHaveLength(1);
  });

  test('is renewed without being read again', async () => {
    const one = hold('one');
    await soon('a leader', () => one.leading);
    store.requests.length = 0;
    await soon('renewals', () => store.requests.length > 3);
    expect(new Set(store.requests)).toEqual(new Set([`PUT ${LEASE}`]));
    expect(spec()['leaseTransitions']).toBe(0);
  });

  test('is lost to whoever wrote over it, at once', async () => {
    const one = hold('one');
    await soon('a leader', () => one.leading);
    heldBy('thief');
    await soon('the end of it', () => !one.leading);
    expect(spec()['holderIdentity']).toBe('thief');
  });
});

describe('a record that another holder left', () => {
  test.each([
    ['an hour ago by his clock, which may be behind', { renewTime: '2020-01-01T00:00:00.000000Z' }],
    ['in the future by his clock', { renewTime: '2099-01-01T00:00:00.000000Z' }],
    ['without any time', { renewTime: undefined, acquireTime: undefined }],
  ])('%s is left alone for its duration from when it was seen here, and not longer', async (_, change) => {
    heldBy('gone', change);
    const one = hold('one');
    await someRounds();
    expect(one.leading).toBe(false);
    monotonic = 14_000;
    await someRounds();
    expect(one.leading).toBe(false);
    monotonic = 15_100;
    await soon('the next leader', () => one.leading);
    expect(spec()).toMatchObject({ holderIdentity: 'one', leaseTransitions: 5 });
  });

  test('is left alone for as long as it says, where that is longer than our own duration', async () => {
    heldBy('slow', { leaseDurationSeconds: 60 });
    const one = hold('one');
    await someRounds();
    monotonic = 59_000;
    await someRounds();
    expect(one.leading).toBe(false);
    monotonic = 60_100;
    await soon('the next leader', () => one.leading);
  });

  test('is left alone for as long as it goes on changing', async () => {
    heldBy('alive');
    const one = hold('one');
    for (monotonic = 0; monotonic < 60_000; monotonic += 10_000) {
      heldBy('alive', { renewTime: new Date(monotonic).toISOString() });
      await someRounds();
      expect(one.leading).toBe(false);
    }
  });

  test('is not taken because the clock of the wall was put forward', async () => {
    heldBy('alive');
    const one = hold('one');
    await someRounds();
    wall = 86_400_000;
    await someRounds();
    expect(one.leading).toBe(false);
  });

  test('is ours at once where it is our own', async () => {
    heldBy('one');
    const one = hold('one');
    await soon('a leader', () => one.leading);
    expect(spec()['leaseTransitions']).toBe(4);
  });

  test('is free where it was given back', async () => {
    heldBy('');
    const one = hold('one');
    await soon('a leader', () => one.leading);
    expect(spec()['leaseTransitions']).toBe(5);
  });
});

describe('a holder that cannot renew', () => {
  const away: LeaseSettings['client'] = {
    ...new KubeStore().client,
    get: () => Promise.reject(new KubeFault('unreachable', 'away')),
    create: () => Promise.reject(new KubeFault('unreachable', 'away')),
    replace: () => Promise.reject(new KubeFault('unreachable', 'away')),
  };

  /** A holder whose API server goes away when `gone` is set. */
  function losing(changes: boolean[], faults: string[]): { one: HeldLease; leave: () => void } {
    let gone = false;
    const client = { ...store.client };
    const through = <K extends 'get' | 'create' | 'replace'>(method: K): typeof client[K] => ((...args: unknown[]) => Reflect.apply((gone ? away : store.client)[method], undefined, args)) as typeof client[K];
    const one = hold('one', {
      client: { ...client, get: through('get'), create: through('create'), replace: through('replace') },
      onChange: (leading) => void changes.push(leading),
      onFault: (fault) => void faults.push(fault.code),
    });
    return { one, leave: () => { gone = true; } };
  }

  test('leads on until its deadline, which is before any other may lead, and says so once', async () => {
    const [changes, faults]: [boolean[], string[]] = [[], []];
    const { one, leave } = losing(changes, faults);
    await soon('a leader', () => one.leading);
    leave();
    await soon('a failed renewal', () => faults.length > 0);
    monotonic = 9_000;
    expect(one.leading).toBe(true);
    monotonic = 10_100;
    expect(one.leading).toBe(false);
    await soon('the announcement', () => changes.length === 2);
    expect(changes).toEqual([true, false]);
    expect(new Set(faults)).toEqual(new Set(['unreachable']));
  });

  test('no longer leads the moment it is awake again after a long sleep, whichever clock went on meanwhile', async () => {
    const { one, leave } = losing([], []);
    await soon('a leader', () => one.leading);
    leave();
    wall = 3_600_000;
    expect(one.leading).toBe(false);
    wall = -3_600_000;
    monotonic = 11_000;
    expect(one.leading).toBe(false);
  });
});
