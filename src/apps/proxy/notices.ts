import type { NoticeDraft } from '../../core/evidence/draft.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { Log, Records } from './ports.ts';

export interface NoticesParts {
  readonly records: Records;
  readonly log: Log;
  readonly now: () => number;
}

type Said = Omit<NoticeDraft, 'kind'>;

interface Window {
  readonly since: number;
  written: number;
  omitted: number;
}

const WINDOW = 10_000;
const PER_WINDOW = 20;
/** How long after the first that was left out their number is written. */
const COUNT_AFTER = 5_000;

/**
 * Records that are about no call. What an agent can cause at will is bounded per event, so that noise neither fills the
 * journal nor hides in it: what was left out is counted in a notice of its own a few seconds later.
 */
export class Notices {
  readonly #parts: NoticesParts;
  readonly #windows = new Map<string, Window>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** Never throws; a notice that cannot be written is logged. */
  say(said: Said, level: 'info' | 'warn' = 'info'): void {
    if (this.#admits(said.event)) this.#write(said, level);
    else this.#timer ??= setTimeout(() => { this.count(); }, COUNT_AFTER).unref();
  }

  /** Writes how many were left out, now rather than in a few seconds. */
  count(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [event, window] of this.#windows) {
      const { omitted } = window;
      window.omitted = 0;
      if (omitted > 0) this.#write({ event, sentence: `${omitted} more of these were left out.`, facts: { omitted } }, 'info');
    }
  }

  #admits(event: string): boolean {
    const now = this.#parts.now();
    let window = this.#windows.get(event);
    if (window === undefined || now - window.since >= WINDOW) {
      window = { since: now, written: 0, omitted: window?.omitted ?? 0 };
      this.#windows.set(event, window);
    }
    const admitted = window.written < PER_WINDOW;
    if (admitted) window.written += 1;
    else window.omitted += 1;
    return admitted;
  }

  #write(said: Said, level: 'info' | 'warn'): void {
    const { records, log } = this.#parts;
    log[level]({ event: said.event, ...(said.reason && { reason: said.reason }) }, said.sentence);
    records.append({ kind: 'notice', ...said }, 'written').catch((error: unknown) => {
      log.error({ event: said.event, error: errorText(error) }, 'a notice could not be recorded');
    });
  }
}
