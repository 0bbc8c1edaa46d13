/** Of a token: thirds and the like do not add up to one in binary. */
const ROUNDING = 1e-6;

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
    if (this.wait(now) > 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** What was let pass came to nothing. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1);
  }

  /** Milliseconds until one more may pass; 0: now. */
  wait(now: number): number {
    const gained = Math.max(0, now - this.#at) / this.#every;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#at = now;
    const missing = 1 - this.#tokens;
    return missing <= ROUNDING ? 0 : Math.max(1, Math.ceil((missing - ROUNDING) * this.#every));
  }

  /** Whether it is as a new one would be. */
  full(now: number): boolean {
    this.wait(now);
    return this.#tokens >= this.#burst - ROUNDING;
  }
}
