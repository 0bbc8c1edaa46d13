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

/** Of one namespace no more than `most` objects are kept as they were read; each beyond is `beyond`, until it is deleted or all are listed anew. */
export interface Bound<T> {
  readonly most: number;
  readonly beyond: T;
}

/** By namespace and name. */
export type Entries<T> = Map<string, Map<string, Entry<T>>>;

/** What is known of one collection. Of each object it keeps what `read` makes of it, and tells its handlers what changed. */
export class Cache<T> {
  readonly #read: (object: KubeObject) => T;
  readonly #bound: Bound<T> | undefined;
  readonly #handlers = new Set<(change: Change<T>) => void>();
  /** By namespace first: the objects of one are asked for in every review. */
  #entries: Entries<T> = new Map();

  constructor(read: (object: KubeObject) => T, bound?: Bound<T>) {
    this.#read = read;
    this.#bound = bound;
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

  /** Reads an object into a list that is not taken in yet, so that a long one needs no memory for the objects themselves. */
  add(object: KubeObject, entries: Entries<T>): Entry<T> {
    const { name, namespace = '', resourceVersion } = object.metadata;
    const place = entries.get(namespace) ?? new Map<string, Entry<T>>();
    const bound = this.#bound;
    const value = bound === undefined || mayKeep(name, place, bound) ? this.#read(object) : bound.beyond;
    const entry = { name, namespace, version: resourceVersion, value };
    entries.set(namespace, place.set(name, entry));
    return entry;
  }

  put(object: KubeObject): void {
    const { name, namespace = '' } = object.metadata;
    const before = this.#entries.get(namespace)?.get(name);
    this.#announce(before, this.add(object, this.#entries));
  }

  remove({ metadata }: KubeObject): void {
    const place = this.#entries.get(metadata.namespace ?? '');
    const before = place?.get(metadata.name);
    place?.delete(metadata.name);
    if (place?.size === 0) this.#entries.delete(metadata.namespace ?? '');
    this.#announce(before, undefined);
  }

  /** Takes a whole list in place of what was known, and tells the difference. */
  replace(entries: Entries<T>): void {
    const before = this.#entries;
    this.#entries = entries;
    for (const entry of allOf(entries)) this.#announce(before.get(entry.namespace)?.get(entry.name), entry);
    for (const entry of allOf(before)) {
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

function allOf<T>(entries: Entries<T>): Entry<T>[] {
  return [...entries.values()].flatMap((place) => [...place.values()]);
}

/** One that is there keeps the place that it has, so that whoever changes those beyond gains none. */
function mayKeep<T>(name: string, place: ReadonlyMap<string, Entry<T>>, { most, beyond }: Bound<T>): boolean {
  const before = place.get(name);
  return place.size < most || (before !== undefined && before.value !== beyond);
}
