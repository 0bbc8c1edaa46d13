/** A call from its head to the record of what became of it. */
export interface OpenCall {
  /** Ends itself if the policy now in force no longer permits it. */
  rejudge(): void;
  /** Ends itself, if it is not over, because the proxy does. */
  shutDown(): void;
}

/** The calls that a change of policy and the end of the proxy have to look at. */
export class OpenCalls {
  readonly #calls = new Set<OpenCall>();
  #emptied: (() => void) | undefined;

  get size(): number {
    return this.#calls.size;
  }

  add(call: OpenCall): void {
    this.#calls.add(call);
  }

  remove(call: OpenCall): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#emptied?.();
  }

  rejudge(): void {
    for (const call of this.#calls) call.rejudge();
  }

  shutDown(): void {
    for (const call of this.#calls) call.shutDown();
  }

  /** Resolves once no call is under way and all outcomes are written. */
  async none(): Promise<void> {
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve) => { this.#emptied = resolve; });
  }
}
