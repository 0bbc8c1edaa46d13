import type { Change } from '../../src/adapters/kube/informer.ts';

/** What an informer shows, changed by hand. */
export class FakeCollection<T> {
  synced = true;
  lastContact: number | undefined;
  readonly #objects = new Map<string, T>();
  readonly #handlers = new Set<(change: Change<T>) => void>();

  constructor(lastContact: number) {
    this.lastContact = lastContact;
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  put(namespace: string, name: string, object: T): void {
    const key = `${namespace}/${name}`;
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#announce(before === undefined ? { kind: 'added', object } : { kind: 'changed', object, before });
  }

  remove(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const object = this.#objects.get(key);
    this.#objects.delete(key);
    if (object !== undefined) this.#announce({ kind: 'removed', object });
  }

  #announce(change: Change<T>): void {
    for (const handler of this.#handlers) handler(change);
  }
}
