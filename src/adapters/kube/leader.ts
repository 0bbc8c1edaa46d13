import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { KubeClient, KubeObject } from './client.ts';
import { asKubeFault, KubeFault } from './fault.ts';

export interface LeaseSettings {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the Lease (coordination.k8s.io/v1); made where there is none. */
  readonly name: string;
  /** Of this process alone: two that share one would both believe themselves the holder. */
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Monotonic milliseconds; default `performance.now`. */
  readonly clock?: () => number;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly timing?: LeaseTiming;
  /** Told of each change, after it. */
  readonly onChange?: (leading: boolean) => void;
  /** Told of each attempt that failed; the next one comes by itself. */
  readonly onFault?: ((fault: KubeFault) => void) | undefined;
}

/** In milliseconds; `duration` is at least `deadline` and `deadline` more than `retry`. */
export interface LeaseTiming {
  /** How long the others leave a holder alone who does not renew; whole seconds. */
  readonly duration: number;
  /** How long the holder leads after the last renewal that it began and the API server took. */
  readonly deadline: number;
  /** Between two attempts. */
  readonly retry: number;
}

export interface HeldLease {
  /** Ask before each write: it is worked out from the clock, and false as soon as the last renewal is too old. */
  readonly leading: boolean;
  /** No longer leads at once; then gives the lease back, so that another need not wait for its end. */
  stop(): Promise<void>;
}

/** As the control plane's own: two renewals may fail before the holder stops, and five seconds more pass before another may begin. */
const USUAL: LeaseTiming = { duration: 15_000, deadline: 10_000, retry: 2_000 };

/**
 * Takes part in the election by a Lease, after the rules of client-go's `leaderelection`: whoever holds it renews `renewTime`; another
 * takes it, with `leaseTransitions` one higher, once it was given back or its record has stood still for `duration` on the other's own
 * clock, so that clocks may differ. Each write carries the `resourceVersion` that was read: of two who try, one finds a conflict.
 */
export function holdLease(settings: LeaseSettings): HeldLease {
  const candidate = new Candidate(settings);
  candidate.start();
  return candidate;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

class Candidate implements HeldLease {
  readonly #settings: LeaseSettings;
  readonly #timing: LeaseTiming;
  readonly #clock: () => number;
  readonly #collection: string;
  readonly #stopping = new AbortController();
  /** The record as it was last seen to change, and when that was here, in monotonic milliseconds. */
  #seen: { readonly spec: LeaseSpec | undefined; readonly at: number } | undefined;
  /** The Lease as our own last write left it: the next renewal need not read it. */
  #fresh: Lease | undefined;
  /** When the last renewal that the API server took was begun. */
  #renewed: Moment | undefined;
  #announced = false;
  #ending: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(settings: LeaseSettings) {
    this.#settings = settings;
    this.#timing = settings.timing ?? USUAL;
    this.#clock = settings.clock ?? (() => performance.now());
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${settings.namespace}/leases`;
  }

  get leading(): boolean {
    return this.#renewed !== undefined && this.#age(this.#renewed) < this.#timing.deadline;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#renewed = undefined;
    this.#announce();
    await this.#running;
    await this.#giveBack();
  }

  /** The longer of two clocks: the wall's may be set back, and the monotonic one stands still while a machine is suspended. */
  #age({ wall, monotonic }: Moment): number {
    return Math.max(this.#settings.now() - wall, this.#clock() - monotonic);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#attempt(signal);
      const { retry } = this.#timing;
      // Candidates spread out, lest they all come back as one; the holder's next renewal is not put off.
      const pause = this.leading ? retry : retry * (1 + this.#settings.random() / 5);
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const begun = { wall: this.#settings.now(), monotonic: this.#clock() };
    try {
      const taken = await this.#takeOrRenew(signal);
      // What the time since then has ended is told before what this attempt begins.
      this.#announce();
      if (!signal.aborted) this.#renewed = taken ? begun : undefined;
    } catch (cause) {
      if (signal.aborted) return;
      // After any failure the next attempt reads first: it may have been somebody else's write, or our own whose answer was lost.
      this.#fresh = undefined;
      this.#settings.onFault?.(asKubeFault(cause));
    }
    this.#announce();
  }

  /** Whether the lease is ours now. */
  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    const found = this.#fresh ?? await this.#find(signal);
    this.#fresh = undefined;
    if (found !== undefined) {
      this.#observe(found);
      if (this.#isOthers(found)) return false;
    }
    const written = await this.#write(found, this.#held(found?.spec), signal);
    this.#observe(written);
    this.#fresh = written;
    return true;
  }

  async #find(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#settings.client.get<Lease>(`${this.#collection}/${this.#settings.name}`, { signal, timeout: this.#patience });
    } catch (fault) {
      if (fault instanceof KubeFault && fault.code === 'not-found') return undefined;
      throw fault;
    }
  }

  #write(found: Lease | undefined, spec: LeaseSpec, signal?: AbortSignal): Promise<Lease> {
    const { client, name, namespace } = this.#settings;
    const options = { timeout: this.#patience, ...(signal === undefined ? {} : { signal }) };
    const made = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } };
    return found === undefined
      ? client.create<Lease>(this.#collection, { ...made, spec }, options)
      : client.replace<Lease>(`${this.#collection}/${name}`, { ...found, spec }, options);
  }

  /** So that one attempt that hangs leaves time for another before the holder has to stop. */
  get #patience(): number {
    return this.#timing.deadline / 2;
  }

  /** Only a change of the record counts, and when it was seen here: the times written in it are another machine's. */
  #observe(lease: Lease): void {
    if (this.#seen === undefined || !isDeepStrictEqual(this.#seen.spec, lease.spec)) this.#seen = { spec: lease.spec, at: this.#clock() };
  }

  #isOthers({ spec }: Lease): boolean {
    const holder = spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.#settings.identity) return false;
    const age = this.#clock() - (this.#seen?.at ?? 0);
    // A holder that was told other times than we were is left alone for as long as it says.
    return age < Math.max(this.#timing.duration, (spec?.leaseDurationSeconds ?? 0) * 1000);
  }

  #held(before: LeaseSpec = {}): LeaseSpec {
    const time = microTime(this.#settings.now());
    const mine = before.holderIdentity === this.#settings.identity;
    return {
      holderIdentity: this.#settings.identity,
      leaseDurationSeconds: Math.ceil(this.#timing.duration / 1000),
      acquireTime: mine ? (before.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: (before.leaseTransitions ?? 0) + (mine || before.holderIdentity === undefined ? 0 : 1),
    };
  }

  /** Also where it is not known to be ours: an attempt that was cut short may have been taken. */
  async #giveBack(): Promise<void> {
    try {
      const found = await this.#find(AbortSignal.timeout(this.#patience));
      if (found?.spec?.holderIdentity !== this.#settings.identity) return;
      const time = microTime(this.#settings.now());
      await this.#write(found, { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time, leaseTransitions: found.spec.leaseTransitions ?? 0 });
    } catch (fault) {
      // It then ends by itself.
      if (!(fault instanceof KubeFault)) throw fault;
      this.#settings.onFault?.(fault);
    }
  }

  #announce(): void {
    clearTimeout(this.#ending);
    const { leading } = this;
    if (leading && this.#renewed !== undefined) {
      this.#ending = setTimeout(() => this.#announce(), Math.max(1, this.#timing.deadline - this.#age(this.#renewed)));
      this.#ending.unref();
    }
    if (leading === this.#announced) return;
    this.#announced = leading;
    this.#settings.onChange?.(leading);
  }
}

/** A MicroTime (meta/v1). */
function microTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}
