import { setTimeout as sleep } from 'node:timers/promises';
import { retryDelay } from '../network/retry-delay.ts';
import { type Bound, Cache, type Change, type Entries } from './cache.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { asKubeFault, KubeFault } from './fault.ts';
import { pages } from './list.ts';
import { openWatch, type WatchEvent } from './watch.ts';

export type { Change };

/** What following a collection needs of the world. */
export interface WatchSettings {
  readonly client: KubeClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** Told of each list or watch that failed; the loop goes on by itself. */
  readonly onFault?: ((fault: KubeFault) => void) | undefined;
}

export interface InformerOptions<T> extends Omit<WatchSettings, 'client'> {
  /** Collection path: `/api/v1/namespaces`, `/apis/sallyport.dev/v1alpha1/agentpolicies`, or that of one namespace. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** Makes of each object what is kept of it; must not throw. The object itself is not kept. */
  readonly read: (object: KubeObject) => T;
  /** How many are kept of one namespace; all, if nothing is said. */
  readonly bound?: Bound<T>;
}

/** A cache of one collection, kept current by list and watch. It reconnects for as long as it is not stopped. */
export interface Informer<T> {
  /** True from the first complete list on. */
  readonly synced: boolean;
  /** True while a watch is open: what is in the cache is then at most some milliseconds old. */
  readonly connected: boolean;
  /** When the API server was last heard of, in `now`'s milliseconds; undefined before the first answer. */
  readonly lastContact: number | undefined;
  get(name: string, namespace?: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Called for each change after it is in the cache. Returns what ends it. */
  onChange(handler: (change: Change<T>) => void): () => void;
  stop(): Promise<void>;
}

/** Starts to list and watch at once. Sends nothing after `stop`. */
export function startInformer<T>(client: KubeClient, options: InformerOptions<T>): Informer<T> {
  const loop = new Loop(client, options);
  loop.start();
  return loop;
}

class Loop<T> implements Informer<T> {
  readonly #client: KubeClient;
  readonly #options: InformerOptions<T>;
  readonly #selectors: Readonly<Record<string, string>>;
  readonly #stopping = new AbortController();
  readonly #cache: Cache<T>;
  /** Where the next watch resumes; undefined means that everything has to be listed. */
  #version: string | undefined;
  #failures = 0;
  #running: Promise<void> | undefined;
  synced = false;
  connected = false;
  lastContact: number | undefined;

  constructor(client: KubeClient, options: InformerOptions<T>) {
    this.#client = client;
    this.#options = options;
    this.#cache = new Cache(options.read, options.bound);
    this.#selectors = options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector };
  }

  start(): void {
    this.#running = this.#run();
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#cache.get(name, namespace);
  }

  list(namespace?: string): readonly T[] {
    return this.#cache.list(namespace);
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    return this.#cache.onChange(handler);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#version ??= await this.#listAll();
        await this.#watch(this.#version);
      } catch (cause) {
        this.#failed(cause);
      }
      this.connected = false;
      await this.#pause();
    }
  }

  async #listAll(): Promise<string> {
    const entries: Entries<T> = new Map();
    let listed = '';
    for await (const { items, version } of pages(this.#client, this.#options.path, { query: this.#selectors, signal: this.#stopping.signal, timeout: 60_000 })) {
      for (const object of items) this.#cache.add(object, entries);
      listed = version;
    }
    this.#heard();
    this.synced = true;
    this.#cache.replace(entries);
    return listed;
  }

  async #watch(version: string): Promise<void> {
    const query = { ...this.#selectors, resourceVersion: version };
    const events = await openWatch(this.#client, this.#options.path, query, this.#options.random(), this.#stopping.signal);
    this.connected = true;
    this.#heard();
    for await (const event of events) {
      this.#heard();
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
      this.#take(event);
    }
    // Also the end of a watch that had nothing to tell says that the API server is there.
    this.#heard();
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'DELETED') this.#cache.remove(object);
    else if (type !== 'BOOKMARK') this.#cache.put(object);
  }

  #heard(): void {
    this.lastContact = this.#options.now();
    this.#failures = 0;
  }

  #failed(cause: unknown): void {
    if (this.#stopping.signal.aborted) {
      return;
    }
    const fault = asKubeFault(cause);
    // Versions are only good for the API server that gave them: after any doubt but a lost connection, list again.
    if (fault.code !== 'unreachable' && fault.code !== 'timeout') {
      this.#version = undefined;
    }
    this.#failures += 1;
    this.#options.onFault?.(fault);
  }

  /** A watch that ended as watches do waits the shortest. */
  async #pause(): Promise<void> {
    await sleep(retryDelay(this.#failures, this.#options.random()), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
