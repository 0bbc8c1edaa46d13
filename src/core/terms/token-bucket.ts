/** Lets `burst` through at once and then one each `every` milliseconds. Times are of one clock, in milliseconds. */
export class TokenBucket {
  readonly #burst: number;
  readonly #every: number;
  #tokens: number;
  #at: number;

  constructor(burst: number, every: number, now: number) {
    this.#burst = burst;
    this.#every = every;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Whether one more may pass now, which then counts. A clock that was set back gives nothing. */
  take(now: number): boolean {
    const gained = Math.max(0, now - this.#at) / this.#every;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
