import type { NoticeDraft } from '../../core/evidence/draft.ts';
import { JournalFault } from './fault.ts';

/** How often, while records are refused, it is tried whether they can be kept again. */
const RETRY = 1000;

/**
 * Counts the records that could not be kept, and has the log itself say so as soon as it can: a reader then knows that there is
 * a hole, when, and how large. The attempts also find out that there is room again where no call comes to find it out.
 */
export class Refusals {
  readonly #append: (notice: NoticeDraft) => Promise<unknown>;
  readonly #now: () => number;
  #count = 0;
  #since = 0;
  #reason = '';
  #retry: NodeJS.Timeout | undefined;

  constructor(append: (notice: NoticeDraft) => Promise<unknown>, now: () => number) {
    this.#append = append;
    this.#now = now;
  }

  count(error: unknown): void {
    if (!(error instanceof JournalFault) || error.code === 'closed') return;
    if (this.#count === 0) {
      this.#since = this.#now();
      this.#reason = error.code;
    }
    this.#count += 1;
    this.#retry ??= setInterval(() => void this.#say(), RETRY).unref();
  }

  stop(): void {
    clearInterval(this.#retry);
    this.#retry = undefined;
  }

  async #say(): Promise<void> {
    const count = this.#count;
    const since = new Date(this.#since).toISOString();
    try {
      await this.#append({
        kind: 'notice',
        event: 'records-refused',
        sentence: `${count} ${count === 1 ? 'record' : 'records'} could not be kept since ${since}: calls that were to be recorded were not made, outcomes may be missing`,
        facts: { count, since, reason: this.#reason },
      });
    } catch {
      return;
    }
    this.#count -= count;
    this.#since = this.#now();
    if (this.#count === 0) this.stop();
  }
}
