import type { Position } from '../../core/evidence/draft.ts';
import { JournalFault, faultOf } from './fault.ts';
import type { Durability } from './journal.ts';
import type { LogFile } from './log-file.ts';

/** How long a line that nobody waits for may wait for others, in milliseconds. */
const SOON = 5;

/** Bytes that may wait for a write. One turn of the event loop fills it only if something is very wrong. */
export const MAX_PENDING = 8 * 1024 * 1024;

interface Waiter {
  readonly position: Position;
  readonly durability: Durability;
  readonly resolve: (position: Position) => void;
  readonly reject: (fault: JournalFault) => void;
}

/** Told synchronously, before any waiter hears of it. */
export interface CommitObserver {
  /** All that was added so far is written. */
  written(): void;
  /** What was added since the last `written` was refused, and nothing of it stands in the file. */
  refused(): void;
  /**
   * The file must be left. Lines may stand behind the last one that was written (`dirty`), and of the written ones those in
   * `void` were refused because their sync failed.
   */
  lost(dirty: boolean, refused: readonly number[]): void;
}

/**
 * Writes the lines of one file in groups: all that one turn of the event loop appends is one write(2), with what has waited for a
 * write that is due `soon`, and all that was written while an fdatasync ran is covered by the next one.
 */
export class GroupCommit {
  readonly #file: LogFile;
  readonly #observer: CommitObserver;
  #lines: string[] = [];
  #waiters: Waiter[] = [];
  /** Written; the sync under way covers the first, the next one the second. */
  #covered: Waiter[] = [];
  #uncovered: Waiter[] = [];
  #pending = 0;
  #flush: NodeJS.Immediate | undefined;
  #later: NodeJS.Timeout | undefined;
  #lost = false;

  constructor(file: LogFile, observer: CommitObserver) {
    this.#file = file;
    this.#observer = observer;
  }

  /** Whether one more line would have to be refused. */
  get full(): boolean {
    return this.#pending >= MAX_PENDING;
  }

  add(line: string, position: Position, durability: Durability): Promise<Position> {
    this.#lines.push(line);
    this.#pending += line.length;
    if (durability === 'soon') this.#later ??= setTimeout(() => this.flush(), SOON);
    else this.#flush ??= setImmediate(() => this.flush());
    return new Promise((resolve, reject) => {
      this.#waiters.push({ position, durability, resolve, reject });
    });
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#disarm();
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    const waiters = this.#take();
    try {
      this.#file.append(bytes);
    } catch (error) {
      this.#refuse(waiters, faultOf('writing', this.#file.path, error, 'write-failed'));
      return;
    }
    this.#observer.written();
    this.#settle(waiters);
  }

  #disarm(): void {
    if (this.#flush !== undefined) clearImmediate(this.#flush);
    if (this.#later !== undefined) clearTimeout(this.#later);
    this.#flush = undefined;
    this.#later = undefined;
  }

  #take(): Waiter[] {
    const waiters = this.#waiters;
    this.#lines = [];
    this.#waiters = [];
    this.#pending = 0;
    return waiters;
  }

  #settle(waiters: readonly Waiter[]): void {
    for (const waiter of waiters) {
      if (waiter.durability === 'synced') this.#uncovered.push(waiter);
      else waiter.resolve(waiter.position);
    }
    if (this.#covered.length === 0) void this.#sync();
  }

  async #sync(): Promise<void> {
    while (this.#uncovered.length > 0) {
      this.#covered = this.#uncovered;
      this.#uncovered = [];
      try {
        await this.#file.sync();
      } catch (error) {
        this.#lose(false, [], faultOf('syncing', this.#file.path, error, 'write-failed'));
      }
      for (const waiter of this.#covered) waiter.resolve(waiter.position);
      this.#covered = [];
    }
  }

  #refuse(waiters: readonly Waiter[], fault: JournalFault): void {
    try {
      this.#file.cut();
    } catch {
      this.#lose(true, waiters, fault);
      return;
    }
    this.#observer.refused();
    for (const waiter of waiters) waiter.reject(fault);
  }

  /**
   * Leaves the file: it could not be cut, or a sync failed, after which the kernel may drop what it could not write and report no
   * error again. Records that wait for a sync are refused as well, even if one under way would still cover them: they are
   * declared void now, and nothing can be added to that later.
   */
  #lose(dirty: boolean, unwritten: readonly Waiter[], fault: JournalFault): void {
    if (this.#lost) return;
    this.#lost = true;
    const refused = [...this.#covered, ...this.#uncovered];
    this.#covered = [];
    this.#uncovered = [];
    this.#disarm();
    const waiters = [...refused, ...unwritten, ...this.#take()];
    this.#observer.lost(dirty, refused.map(({ position }) => position.seq));
    for (const waiter of waiters) waiter.reject(fault);
  }
}
