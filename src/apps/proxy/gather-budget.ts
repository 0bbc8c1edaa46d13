/** The bytes of request bodies that the proxy holds at once to judge them. */
export class GatherBudget {
  readonly #pool: { left: number };
  #taken = 0;

  constructor(pool: { left: number }) {
    this.#pool = pool;
  }

  /** For one call. False: there is no room. */
  take(bytes: number): boolean {
    if (bytes > this.#pool.left) return false;
    this.#pool.left -= bytes;
    this.#taken += bytes;
    return true;
  }

  /** The call is over. */
  giveBack(): void {
    this.#pool.left += this.#taken;
    this.#taken = 0;
  }
}
