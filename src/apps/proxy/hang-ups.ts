import type { TcpEnd, TcpTable } from '../../adapters/network/tcp-table.ts';

/** A connection that at present is not read. */
export interface Unheard {
  readonly localPort: number;
  readonly agent: TcpEnd;
  /** Nobody is at the other end any more. */
  hungUp(): void;
}

/** How often it is looked, while there is somebody to look for. */
const INTERVAL = 500;

/**
 * Finds the agents that hung up on connections that are not read: a paused socket hears of neither FIN nor RST, behind whatever
 * lies unread before them, and one that has read a FIN cannot tell an agent that only sends no more from one that is gone.
 * The kernel can.
 */
export class HangUps {
  readonly #read: () => Promise<TcpTable | undefined>;
  /** With whether the connection has been seen in the table. */
  readonly #unheard = new Map<Unheard, boolean>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(read: () => Promise<TcpTable | undefined>) {
    this.#read = read;
  }

  watch(unheard: Unheard): void {
    if (!this.#unheard.has(unheard)) this.#unheard.set(unheard, false);
    this.#timer ??= setInterval(() => { void this.look(); }, INTERVAL).unref();
  }

  forget(unheard: Unheard): void {
    this.#unheard.delete(unheard);
  }

  async look(): Promise<void> {
    if (this.#unheard.size === 0) return this.stop();
    if (this.#looking) return;
    this.#looking = true;
    const table = await this.#read().catch(() => undefined);
    this.#looking = false;
    if (table !== undefined) this.#compare(table);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #compare(table: TcpTable): void {
    for (const [unheard, seen] of this.#unheard) {
      const { localPort, agent } = unheard;
      const there = table.connects(localPort, agent);
      // Only what was there can be missing: connections that came out of another network namespace are in no table of ours.
      if (table.isAbandoned(agent) || (seen && !there)) {
        this.#unheard.delete(unheard);
        unheard.hungUp();
      } else this.#unheard.set(unheard, there);
    }
  }
}
