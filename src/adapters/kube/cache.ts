import type { KubeObject } from './client.ts';

export type Change<T> =
  | { readonly kind: 'added'; readonly object: T }
  | { readonly kind: 'changed'; readonly object: T; readonly before: T }
  | { readonly kind: 'removed'; readonly object: T };

/** What is kept of one object. */
export interface Entry<T> {
  readonly name: string;
  /** Empty for what is in no namespace. */
  readonly namespace: string;
  readonly version: string | undefined;
  readonly value: T;
}

/** What is known of one collection. Of each object it keeps what `read` makes of it, and tells its handlers what changed. */
export class Cache<T> {
  readonly #read: (object: KubeObject) => T;
  readonly #handlers = new Set<(change: Change<T>) => void>();
  /** By namespace and name: the objects of one namespace are asked for in every review. */
  #entries = new Map<string, Map<string, Entry<T>>>();

  constructor(read: (object: KubeObject) => T) {
    this.#read = read;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#entries.get(namespace ?? '')?.get(name)?.value;
  }

  list(namespace?: string): readonly T[] {
    const places = namespace === undefined ? [...this.#entries.values()] : [this.#entries.get(namespace) ?? new Map<string, Entry<T>>()];
    return places.flatMap((place) => Array.from(place.values(), ({ value }) => value));
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Reads an object without taking it in, so that a long list needs no memory for the objects themselves. */
  entryOf(object: KubeObject): Entry<T> {
    const { name, namespace = '', resourceVersion } = object.metadata;
    return { name, namespace, version: resourceVersion, value: this.#read(object) };
  }

  put(object: KubeObject): void {
    const entry = this.entryOf(object);
    const before = this.#entries.get(entry.namespace)?.get(entry.name);
    add(this.#entries, entry);
    this.#announce(before, entry);
  }

  remove({ metadata }: KubeObject): void {
    const place = this.#entries.get(metadata.namespace ?? '');
    const before = place?.get(metadata.name);
    place?.delete(metadata.name);
    if (place?.size === 0) this.#entries.delete(metadata.namespace ?? '');
    this.#announce(before, undefined);
  }

  /** Takes a whole list in place of what was known, and tells the difference. */
  replace(entries: readonly Entry<T>[]): void {
    const before = this.#entries;
    this.#entries = new Map();
    for (const entry of entries) add(this.#entries, entry);
    for (const entry of entries) this.#announce(before.get(entry.namespace)?.get(entry.name), entry);
    for (const entry of [...before.values()].flatMap((place) => [...place.values()])) {
      if (this.#entries.get(entry.namespace)?.has(entry.name) !== true) this.#announce(entry, undefined);
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

function add<T>(entries: Map<string, Map<string, Entry<T>>>, entry: Entry<T>): void {
  const place = entries.get(entry.namespace) ?? new Map<string, Entry<T>>();
  entries.set(entry.namespace, place.set(entry.name, entry));
}
