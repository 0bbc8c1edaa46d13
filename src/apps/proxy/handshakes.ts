/**
 * Bounds the TLS handshakes that are under way at once: each costs signing and memory before anybody is known to be worth it.
 * Those beyond the bound wait in their order; their own deadlines end them if that takes too long.
 */
export class Handshakes {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls `start` now or later. What it returns has to be called once the handshake ended or nobody waits for it any more; again does nothing. */
  enter(start: () => void): () => void {
    const turn: { state: 'waiting' | 'running' | 'over' } = { state: 'waiting' };
    const enter = (): void => {
      turn.state = 'running';
      this.#running += 1;
      queueMicrotask(() => { if (turn.state === 'running') start(); });
    };
    if (this.#running < this.#limit) enter();
    else this.#waiting.add(enter);
    return () => {
      const { state } = turn;
      turn.state = 'over';
      this.#waiting.delete(enter);
      if (state !== 'running') return;
      this.#running -= 1;
      this.#next();
    };
  }

  #next(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}
