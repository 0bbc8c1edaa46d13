/**
 * Numbers what each pod is sent, strictly rising.
 *
 * They are milliseconds of the clock, so that a restarted controller goes on above where the one before it stopped without having
 * stored anything. If its clock is behind, sidecars refuse its lines until it has caught up: each connection gets a new number.
 */
export class Generations {
  readonly #last = new Map<string, number>();

  next(uid: string, now: number): number {
    const generation = Math.max(now, (this.#last.get(uid) ?? 0) + 1);
    this.#last.set(uid, generation);
    return generation;
  }

  forget(uid: string): void {
    this.#last.delete(uid);
  }
}
