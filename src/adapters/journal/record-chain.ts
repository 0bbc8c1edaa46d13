import type { BlobReference, Draft, Position } from '../../core/evidence/draft.ts';
import { leafHash } from '../../core/evidence/leaf.ts';
import type { Content } from '../../core/evidence/record.ts';
import { writeLine } from '../../core/evidence/write-line.ts';
import { findPredecessor, openEpoch } from './epoch.ts';
import type { ChainHead, Opening, Predecessor } from './epoch.ts';
import { JournalFault, faultOf } from './fault.ts';
import { GroupCommit, MAX_PENDING } from './group-commit.ts';
import type { Durability } from './journal.ts';
import { listEpochs } from './layout.ts';
import type { CreateLogFile, LogFile } from './log-file.ts';

interface ChainOptions {
  readonly directory: string;
  readonly now: () => number;
  readonly key: string;
  readonly secret: BlobReference;
  readonly create: CreateLogFile;
}

/**
 * Numbers records, links each to the one before and hands the lines to a GroupCommit. When that has to leave its file, the next
 * append tries to open a new epoch behind the last record that was written.
 */
export class RecordChain {
  readonly #options: ChainOptions;
  #file: LogFile;
  #commit: GroupCommit;
  /** With what was numbered and not yet written; and without. */
  #head: ChainHead;
  #written: ChainHead;
  /** Why the next append must open an epoch first. */
  #lost: Pick<Opening, 'abandoned' | 'void'> | undefined;
  #healthy = true;
  #closed = false;
  #time = { at: Number.NaN, text: '' };

  constructor(options: ChainOptions) {
    this.#options = options;
    const { epoch, last, aside } = findPredecessor(options.directory);
    const { file, head } = this.#open(epoch + 1, last, { cause: 'start', ...(aside === undefined ? {} : { aside }) });
    this.#file = file;
    this.#head = head;
    this.#written = head;
    this.#commit = this.#commitTo(file);
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  append(draft: Draft, durability: Durability): Promise<Position> {
    if (this.#closed) return Promise.reject(new JournalFault('closed', 'the journal is closed: nothing more can be recorded'));
    try {
      if (this.#lost !== undefined) this.#recover(this.#lost);
      if (this.#commit.full) throw new JournalFault('overloaded', `more than ${MAX_PENDING} bytes of records wait to be written: call again later`);
      return this.#add(draft, durability);
    } catch (error) {
      this.#healthy = false;
      return Promise.reject(faultOf('recording in', this.#options.directory, error, 'write-failed'));
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#lost === undefined) {
        const ended = this.#add({ kind: 'end' }, 'synced');
        this.#commit.flush();
        await ended;
      }
    } finally {
      this.#file.close();
    }
  }

  #add(content: Content, durability: Durability): Promise<Position> {
    const { epoch, nextSeq: seq, leaf: prev } = this.#head;
    const line = writeLine(content, { v: 1, epoch, seq, prev, time: this.#timeText() });
    this.#head = { epoch, nextSeq: seq + 1, leaf: leafHash(line) };
    return this.#commit.add(line, { epoch, seq }, durability);
  }

  #timeText(): string {
    const at = this.#options.now();
    if (at !== this.#time.at) this.#time = { at, text: new Date(at).toISOString() };
    return this.#time.text;
  }

  #commitTo(file: LogFile): GroupCommit {
    return new GroupCommit(file, {
      written: () => {
        this.#written = this.#head;
        this.#healthy = true;
      },
      refused: () => {
        this.#head = this.#written;
        this.#healthy = false;
      },
      lost: (dirty, refused) => {
        this.#head = this.#written;
        this.#healthy = false;
        this.#lost = { ...(dirty ? { abandoned: true } : {}), ...(refused.length === 0 ? {} : { void: refused }) };
      },
    });
  }

  #recover(lost: Pick<Opening, 'abandoned' | 'void'>): void {
    const { epoch, nextSeq, leaf } = this.#written;
    const highest = listEpochs(this.#options.directory).at(-1)?.epoch ?? 0;
    const { file, head } = this.#open(Math.max(epoch, highest) + 1, { position: { epoch, seq: nextSeq - 1 }, leaf }, { cause: 'recovery', ...lost });
    this.#file.close();
    this.#file = file;
    this.#head = head;
    this.#written = head;
    this.#commit = this.#commitTo(file);
    this.#lost = undefined;
  }

  #open(epoch: number, last: Predecessor['last'], opening: Omit<Opening, 'key' | 'secret'>): { file: LogFile; head: ChainHead } {
    const { directory, key, secret, now, create } = this.#options;
    return openEpoch(directory, epoch, last, { ...opening, key, secret }, now(), create);
  }
}
