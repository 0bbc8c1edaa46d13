export interface RefresherSettings<Item> {
  /** Brings one item up to date. */
  readonly task: (item: Item) => Promise<void>;
  /** Told of a task that rejected. */
  readonly onFault: (item: Item, fault: unknown) => void;
  /** Tasks that run at once. */
  readonly limit: number;
}

/** Runs a task for each marked item: never two for one item at once, and again for an item that was marked while its task ran. */
export class Refresher<Item> {
  readonly #settings: RefresherSettings<Item>;
  readonly #marked = new Set<Item>();
  readonly #busy = new Set<Item>();

  constructor(settings: RefresherSettings<Item>) {
    this.#settings = settings;
  }

  mark(item: Item): void {
    this.#marked.add(item);
    this.#fill();
  }

  #fill(): void {
    for (const item of this.#marked) {
      if (this.#busy.size >= this.#settings.limit) return;
      if (!this.#busy.has(item)) void this.#run(item);
    }
  }

  async #run(item: Item): Promise<void> {
    this.#marked.delete(item);
    this.#busy.add(item);
    try {
      await this.#settings.task(item);
    } catch (fault) {
      this.#settings.onFault(item, fault);
    }
    this.#busy.delete(item);
    this.#fill();
  }
}
