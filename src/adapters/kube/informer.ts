import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, KubeObject, ObjectMeta } from './client.ts';
import { KubeFault } from './fault.ts';
import { openWatch } from './watch.ts';

export type Change<T> =
  | { readonly kind: 'added'; readonly object: T }
  | { readonly kind: 'changed'; readonly object: T; readonly before: T }
  | { readonly kind: 'removed'; readonly object: T };

export interface InformerOptions<T> {
  /** Collection path: `/api/v1/namespaces`, `/apis/sallyport.dev/v1alpha1/agentpolicies`, or that of one namespace. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Makes of each object what is kept of it; must not throw. The object itself is not kept. */
  readonly read: (object: KubeObject) => T;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** Told of each list or watch that failed; the loop goes on by itself. */
  readonly onFault?: ((fault: KubeFault) => void) | undefined;
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
  /** Resolves at the first complete list; rejects when `signal` aborts. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Starts to list and watch at once. Sends nothing after `stop`. */
export function startInformer<T>(client: KubeClient, options: InformerOptions<T>): Informer<T> {
  const loop = new Loop(client, options);
  loop.start();
  return loop;
}

const PAGE = '500';
const FIRST_DELAY = 200;
const LONGEST_DELAY = 30_000;

interface Entry<T> {
  readonly namespace: string | undefined;
  readonly version: string | undefined;
  readonly value: T;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

class Loop<T> implements Informer<T> {
  readonly #client: KubeClient;
  readonly #options: InformerOptions<T>;
  readonly #selectors: Readonly<Record<string, string>>;
  readonly #stopping = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  readonly #handlers = new Set<(change: Change<T>) => void>();
  #entries = new Map<string, Entry<T>>();
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
    this.#selectors = {
      ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
      ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
    };
  }

  start(): void {
    this.#running = this.#run();
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#entries.get(keyOf(name, namespace))?.value;
  }

  list(namespace?: string): readonly T[] {
    const entries = [...this.#entries.values()];
    return (namespace === undefined ? entries : entries.filter((entry) => entry.namespace === namespace)).map((entry) => entry.value);
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  async whenSynced(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) {
      return this.#synced.promise;
    }
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#synced.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
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
    const entries = new Map<string, Entry<T>>();
    let page: Page = {};
    do {
      page = await this.#client.get<Page>(this.#options.path, { query: this.#pageQuery(page), signal: this.#stopping.signal, timeout: 60_000 });
      for (const object of page.items ?? []) {
        entries.set(keyOf(object.metadata.name, object.metadata.namespace), this.#entryOf(object));
      }
    } while ((page.metadata?.continue ?? '') !== '');
    this.#heard();
    this.#replaceAll(entries);
    return page.metadata?.resourceVersion ?? '';
  }

  #pageQuery(previous: Page): Record<string, string> {
    const next = previous.metadata?.continue;
    return { ...this.#selectors, limit: PAGE, ...(next === undefined ? {} : { continue: next }) };
  }

  #replaceAll(entries: Map<string, Entry<T>>): void {
    const before = this.#entries;
    this.#entries = entries;
    this.synced = true;
    this.#synced.resolve();
    for (const [key, entry] of entries) {
      this.#announce(before.get(key), entry);
    }
    for (const [key, entry] of before) {
      if (!entries.has(key)) {
        this.#announce(entry, undefined);
      }
    }
  }

  async #watch(version: string): Promise<void> {
    const query = { ...this.#selectors, resourceVersion: version, timeoutSeconds: String(240 + Math.floor(this.#options.random() * 120)) };
    const events = await openWatch(this.#client, this.#options.path, query, this.#stopping.signal);
    this.connected = true;
    this.#heard();
    for await (const event of events) {
      this.#heard();
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
      if (event.type !== 'BOOKMARK') {
        this.#take(event.type === 'DELETED', event.object);
      }
    }
  }

  #take(removed: boolean, object: KubeObject): void {
    const key = keyOf(object.metadata.name, object.metadata.namespace);
    const before = this.#entries.get(key);
    const entry = removed ? undefined : this.#entryOf(object);
    if (entry === undefined) {
      this.#entries.delete(key);
    } else {
      this.#entries.set(key, entry);
    }
    this.#announce(before, entry);
  }

  #entryOf(object: KubeObject): Entry<T> {
    const { namespace, resourceVersion }: ObjectMeta = object.metadata;
    return { namespace, version: resourceVersion, value: this.#options.read(object) };
  }

  #announce(before: Entry<T> | undefined, after: Entry<T> | undefined): void {
    const change = changeOf(before, after);
    if (change !== undefined) {
      for (const handler of this.#handlers) {
        handler(change);
      }
    }
  }

  #heard(): void {
    this.lastContact = this.#options.now();
    this.#failures = 0;
  }

  #failed(cause: unknown): void {
    if (this.#stopping.signal.aborted) {
      return;
    }
    const fault = cause instanceof KubeFault ? cause : new KubeFault('malformed', cause instanceof Error ? cause.message : String(cause), { cause });
    // Versions are only good for the API server that gave them: after any doubt but a lost connection, list again.
    if (fault.code !== 'unreachable' && fault.code !== 'timeout') {
      this.#version = undefined;
    }
    this.#failures += 1;
    this.#options.onFault?.(fault);
  }

  /** Doubles from a fifth of a second, jittered so that replicas don't return as one. A watch that ended as watches do waits the shortest. */
  async #pause(): Promise<void> {
    const span = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, this.#failures - 1));
    await sleep(span * (0.5 + this.#options.random() / 2), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

function changeOf<T>(before: Entry<T> | undefined, after: Entry<T> | undefined): Change<T> | undefined {
  if (after === undefined) {
    return before === undefined ? undefined : { kind: 'removed', object: before.value };
  }
  if (before === undefined) {
    return { kind: 'added', object: after.value };
  }
  return before.version === after.version ? undefined : { kind: 'changed', object: after.value, before: before.value };
}

function keyOf(name: string, namespace: string | undefined): string {
  return `${namespace ?? ''}/${name}`;
}
