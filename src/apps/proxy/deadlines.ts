/** Something that may not last beyond a moment. It moves its own deadline by assignment, which costs nothing on the hot path. */
export interface Timed {
  /** On the clock of `Deadlines`; `Infinity` while nothing is waited for. */
  deadline: number;
  expire(): void;
}

/**
 * One timer for all connections: a sweep that ends whatever is overdue. It is late by at most two intervals, which no
 * time limit of the proxy minds, and it saves arming and clearing timers for each message.
 */
export class Deadlines {
  readonly #timed = new Set<Timed>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #now = performance.now();

  constructor(interval: number) {
    this.#interval = interval;
  }

  /** The moment `milliseconds` from now. While sweeps go on it reads no clock, and counts from the next of them. */
  after(milliseconds: number): number {
    if (this.#timer === undefined) this.#now = performance.now();
    return this.#now + this.#interval + milliseconds;
  }

  add(timed: Timed): void {
    this.#timed.add(timed);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => { this.sweep(performance.now()); }, this.#interval).unref();
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  sweep(now: number): void {
    this.#now = now;
    for (const timed of this.#timed) {
      if (timed.deadline > now) continue;
      timed.deadline = Number.POSITIVE_INFINITY;
      timed.expire();
    }
  }
}
