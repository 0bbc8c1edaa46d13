import type { NoticeDraft } from '../../core/evidence/draft.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { Log, Records } from './ports.ts';

export interface NoticesParts {
  readonly records: Records;
  readonly log: Log;
  readonly now: () => number;
}

type Said = Omit<NoticeDraft, 'kind'>;

const WINDOW = 10_000;
const PER_WINDOW = 20;

/**
 * Records that are about no call. What an agent can cause at will is bounded per event, so that noise neither fills the
 * journal nor hides in it: what was left out is counted in the next one that is written.
 */
export class Notices {
  readonly #parts: NoticesParts;
  readonly #windows = new Map<string, { since: number; written: number; omitted: number }>();

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** Never throws; a notice that cannot be written is logged. */
  say(said: Said, level: 'info' | 'warn' = 'info'): void {
    const omitted = this.#pass(said.event);
    if (omitted === undefined) return;
    const facts = omitted > 0 ? { ...said.facts, omitted } : said.facts;
    const { records, log } = this.#parts;
    log[level]({ event: said.event, ...(said.reason && { reason: said.reason }) }, said.sentence);
    records.append({ kind: 'notice', ...said, ...(facts && { facts }) }, 'written').catch((error: unknown) => {
      log.error({ event: said.event, error: errorText(error) }, 'a notice could not be recorded');
    });
  }

  /** How many of this event were left out since the last one that was written; undefined if this one is left out too. */
  #pass(event: string): number | undefined {
    const now = this.#parts.now();
    const window = this.#windows.get(event);
    if (window === undefined || now - window.since >= WINDOW) {
      this.#windows.set(event, { since: now, written: 1, omitted: 0 });
      return window?.omitted ?? 0;
    }
    if (window.written >= PER_WINDOW) {
      window.omitted += 1;
      return undefined;
    }
    window.written += 1;
    return 0;
  }
}
