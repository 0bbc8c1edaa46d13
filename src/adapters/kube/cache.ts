import type { KubeObject } from './client.ts';

export type Change<T> =
  | { readonly kind: 'added'; readonly object: T }
  | { readonly kind: 'changed'; readonly object: T; readonly before: T }
  | { readonly kind: 'removed'; readonly object: T };

/** What is kept of one object. */
export interface Entry<T> {
  readonly key: string;
  readonly namespace: string | undefined;
  readonly version: string | undefined;
  readonly value: T;
}

/** What is known of one collection. Of each object it keeps what `read` makes of it, and tells its handlers what changed. */
export class Cache<T> {
  readonly #read: (object: KubeObject) => T;
  readonly #handlers = new Set<(change: Change<T>) => void>();
  #entries = new Map<string, Entry<T>>();

  constructor(read: (object: KubeObject) => T) {
    this.#read = read;
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

  /** Reads an object without taking it in, so that a long list needs no memory for the objects themselves. */
  entryOf(object: KubeObject): Entry<T> {
    const { name, namespace, resourceVersion } = object.metadata;
    return { key: keyOf(name, namespace), namespace, version: resourceVersion, value: this.#read(object) };
  }

  put(object: KubeObject): void {
    const entry = this.entryOf(object);
    const before = this.#entries.get(entry.key);
    this.#entries.set(entry.key, entry);
    this.#announce(before, entry);
  }

  remove({ metadata }: KubeObject): void {
    const key = keyOf(metadata.name, metadata.namespace);
    const before = this.#entries.get(key);
    this.#entries.delete(key);
    this.#announce(before, undefined);
  }

  /** Takes a whole list in place of what was known, and tells the difference. */
  replace(entries: readonly Entry<T>[]): void {
    const before = this.#entries;
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    for (const [key, entry] of this.#entries) {
      this.#announce(before.get(key), entry);
    }
    for (const [key, entry] of before) {
      if (!this.#entries.has(key)) this.#announce(entry, undefined);
    }
  }

  #announce(before: Entry<T> | undefined, after: Entry<T> | undefined): void {
    const change = changeOf(before, after);
    if (change === undefined) return;
    for (const handler of this.#handlers) handler(change);
  }
}

function changeOf<T>(before: Entry<T> | undefined, after: Entry<T> | undefined): Change<T> | undefined {
  if (after === undefined) return before === undefined ? undefined : { kind: 'removed', object: before.value };
  if (before === undefined) return { kind: 'added', object: after.value };
  return before.version === after.version ? undefined : { kind: 'changed', object: after.value, before: before.value };
}

function keyOf(name: string, namespace: string | undefined): string {
  return `${namespace ?? ''}/${name}`;
}
