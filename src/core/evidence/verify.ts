import type { BlobReference, Position } from './draft.ts';
import { Findings, UNKNOWABLE } from './finding.ts';
import type { LogReport, Place } from './finding.ts';
import { GENESIS } from './leaf.ts';
import { OpenCalls } from './open-calls.ts';
import { readLine } from './read-line.ts';
import type { EpochContent, LogRecord, Stamp } from './record.ts';

/** One file of a log as a listing shows it, with its first record where that could be read. */
export interface EpochFile {
  readonly epoch: number;
  readonly file: string;
  readonly opening?: EpochContent & Stamp;
}

export interface BlobUse {
  readonly blob: BlobReference;
  readonly at: Place;
}

interface Link extends Place {
  readonly epoch: number;
  readonly seq: number;
  /** Undefined where it could not be computed. */
  readonly leaf: string | undefined;
}

/** How the rest of the log goes on from the file being read. */
interface Successor {
  readonly epoch: number;
  /** Last number of this file that belongs to the chain; -1 where the whole file is void. */
  readonly lastSeq: number;
  readonly abandoned: boolean;
  readonly void: ReadonlySet<number>;
}

/**
 * Checks a log from its first line to its last: feed it the files in order of their epochs (`begin`, each `line`, `finish`), and
 * the state of each blob that a line names. Everything that it is fed may have been written by an attacker.
 */
export class LogVerifier {
  readonly #files: readonly EpochFile[];
  readonly #findings = new Findings();
  readonly #calls = new OpenCalls(this.#findings);
  #file: EpochFile = { epoch: 0, file: '' };
  #successor: Successor | undefined;
  #last: Link | undefined;
  #line = 0;
  #expectedSeq = 0;
  #ended = false;
  #strayReported = false;
  #gap = false;
  #records = 0;
  #blobs = 0;
  #void = 0;

  constructor(files: readonly EpochFile[]) {
    this.#files = files;
  }

  begin(index: number): void {
    const file = this.#files[index];
    if (file === undefined) throw new RangeError(`expected an index below ${this.#files.length}, got ${index}`);
    this.#checkGap(file);
    this.#file = file;
    this.#successor = successorOf(this.#files, index);
    this.#line = 0;
    this.#expectedSeq = 0;
    this.#ended = false;
    this.#strayReported = false;
  }

  /** Takes one line without its newline; gives the blobs that it names. */
  line(bytes: Uint8Array): BlobUse[] {
    this.#line += 1;
    if (this.#isBehindSuccessor()) {
      this.#behindSuccessor(bytes);
      return [];
    }
    const read = readLine(bytes);
    if (!read.ok) {
      this.#unreadable(read.code === 'unknown-version', read.sentence, read.leaf);
      return [];
    }
    this.#records += 1;
    this.#checkPosition(read.record);
    this.#checkChain(read.record);
    this.#account(read.record);
    this.#advance(Math.max(this.#expectedSeq, read.record.seq + 1), read.leaf);
    return blobsOf(read.record).map((blob) => ({ blob, at: this.#here() }));
  }

  /** Ends a file; `torn` bytes stood behind its last newline. */
  end(torn: number): void {
    if (torn === 0 || this.#successor?.abandoned) return;
    this.#line += 1;
    this.#findings.add('torn-tail', this.#here(), `expected the file to end with a whole line, found ${torn} bytes without a newline`);
  }

  /** Takes the SHA-256 (hex) of a blob's sealed bytes, or undefined where there are none. */
  blob(use: BlobUse, digest: string | undefined): void {
    this.#blobs += 1;
    const name = `the blob at ${use.blob.pack}:${use.blob.offset}`;
    if (digest === undefined) this.#findings.add('blob-missing', use.at, `expected ${name}, found nothing there: it was erased, removed or lost`);
    else if (digest !== use.blob.digest) {
      this.#findings.add('blob-altered', use.at, `expected ${name} to have SHA-256 ${use.blob.digest}, got ${digest}`);
    }
  }

  finish(): LogReport {
    const { verdict, kept, more } = this.#findings;
    const last = this.#last;
    return {
      verdict,
      epochs: this.#files.length,
      records: this.#records,
      calls: this.#calls.calls,
      blobs: this.#blobs,
      void: this.#void,
      running: this.#calls.running,
      ...(last?.leaf === undefined ? {} : { last: { epoch: last.epoch, seq: last.seq, leaf: last.leaf } }),
      findings: kept,
      moreFindings: more,
      unknowable: UNKNOWABLE,
    };
  }

  #here(): Place {
    return { file: this.#file.file, line: this.#line };
  }

  #checkGap(next: EpochFile): void {
    const expected = this.#file.epoch + 1;
    this.#gap = next.epoch > expected;
    if (!this.#gap) return;
    const missing = next.epoch - 1 === expected ? `epoch ${expected}` : `epochs ${expected} to ${next.epoch - 1}`;
    this.#findings.add('epoch-missing', { file: next.file, line: 0 }, `expected ${missing} before this one, found no file`);
  }

  #isBehindSuccessor(): boolean {
    return this.#successor !== undefined && this.#expectedSeq > this.#successor.lastSeq;
  }

  /** Lines that the rest of the log does not build on: void if the next epoch says so, else somebody put them there. */
  #behindSuccessor(bytes: Uint8Array): void {
    if (this.#successor?.abandoned) {
      this.#void += 1;
      this.#checkVoid(bytes, this.#successor);
    } else if (!this.#strayReported) {
      this.#strayReported = true;
      this.#findings.add(
        'unlinked-lines', this.#here(),
        `expected the file to end before this line, as epoch ${this.#successor?.epoch} was opened behind seq ${this.#successor?.lastSeq}`,
      );
    }
  }

  /**
   * What a writer leaves behind is one group of lines that it refused, whole or in part, or the opening of a file that it could
   * not keep. Whoever forges an opening to hide what was recorded hides more than that.
   */
  #checkVoid(bytes: Uint8Array, { epoch, lastSeq }: Successor): void {
    const read = readLine(bytes);
    if (!read.ok) return;
    const { record } = read;
    const isOpening = record.kind === 'epoch' && this.#line === 1;
    if (lastSeq === -1 ? !isOpening : record.kind === 'epoch' || record.kind === 'end') {
      this.#findings.add('void-contradicted', this.#here(), `expected no whole record of kind ${record.kind} among the lines that epoch ${epoch} declares void, found one: no writer leaves it behind`);
    }
    if (record.kind === 'intent') this.#calls.intent(record, this.#here(), true);
    else if (record.kind === 'outcome') this.#calls.voidOutcome(record, this.#here());
  }

  #unreadable(isNewer: boolean, sentence: string, leaf: string): void {
    this.#findings.add(isNewer ? 'version-unknown' : 'line-unreadable', this.#here(), sentence);
    this.#advance(this.#expectedSeq + 1, leaf === '' ? undefined : leaf);
  }

  #advance(expectedSeq: number, leaf: string | undefined): void {
    this.#last = { ...this.#here(), epoch: this.#file.epoch, seq: expectedSeq - 1, leaf };
    this.#expectedSeq = expectedSeq;
  }

  #checkPosition(record: LogRecord): void {
    const { epoch } = this.#file;
    const here = this.#here();
    if (record.epoch !== epoch) this.#findings.add('wrong-epoch', here, `expected epoch ${epoch}, got ${record.epoch}`);
    if (this.#ended) this.#findings.add('after-end', here, 'expected nothing behind the record that ends the epoch');
    if (this.#line === 1 && record.kind !== 'epoch') {
      this.#findings.add('epoch-unopened', here, `expected the record that opens epoch ${epoch}, got ${record.kind} with seq ${record.seq}`);
    } else if (this.#line > 1 && record.kind === 'epoch') {
      this.#findings.add('epoch-reopened', here, 'expected no second record that opens an epoch in one file');
    }
    if (record.seq > this.#expectedSeq) {
      this.#findings.add('records-missing', here, `expected seq ${this.#expectedSeq}, got ${record.seq}: ${record.seq - this.#expectedSeq} missing`);
    } else if (record.seq < this.#expectedSeq) {
      this.#findings.add('record-repeated', here, `expected seq ${this.#expectedSeq}, got ${record.seq} again or out of order`);
    }
    this.#ended = record.kind === 'end';
  }

  #checkChain(record: LogRecord): void {
    if (record.kind === 'epoch' && this.#line === 1 && !this.#checkOpening(record)) return;
    if (record.seq !== this.#expectedSeq) return;
    const before = this.#last;
    const expected = before === undefined ? GENESIS : before.leaf;
    if (expected === undefined || record.prev === expected || (this.#line === 1 && this.#gap)) return;
    this.#findings.add(
      'record-altered', before ?? this.#here(),
      before === undefined
        ? `expected prev of the first record to be ${GENESIS}, got ${record.prev}`
        : `expected leaf hash ${record.prev}, which the next record (${this.#file.file}:${this.#line}) points to, got ${expected}`,
    );
  }

  /** Whether the record that opens this epoch was written behind the last one that was read. */
  #checkOpening(record: EpochContent): boolean {
    const last = this.#last;
    const { after } = record;
    if (this.#gap && (after === undefined || after.epoch > (last?.epoch ?? 0))) return false;
    if (after?.epoch === last?.epoch && after?.seq === last?.seq) return true;
    this.#findings.add(
      'records-missing', last ?? this.#here(),
      `expected the log to reach ${told(after)}, behind which epoch ${this.#file.epoch} was opened, got ${told(last)}`,
    );
    return false;
  }

  #account(record: LogRecord): void {
    switch (record.kind) {
      case 'epoch':
        if (record.cause === 'start') this.#calls.writerEnded();
        return;
      case 'intent': {
        const isVoid = this.#successor?.void.has(record.seq) ?? false;
        if (isVoid) this.#void += 1;
        this.#calls.intent(record, this.#here(), isVoid);
        return;
      }
      case 'outcome':
        this.#calls.outcome(record, this.#here());
        return;
      case 'end':
        this.#calls.writerEnded();
        return;
      case 'notice':
    }
  }
}

function told(position: Position | undefined): string {
  return position === undefined ? 'nothing' : `epoch ${position.epoch}, seq ${position.seq}`;
}

function successorOf(files: readonly EpochFile[], index: number): Successor | undefined {
  const epoch = files[index]?.epoch ?? 0;
  const next = files.slice(index + 1).find((file) => file.opening !== undefined && (file.opening.after?.epoch ?? 0) <= epoch);
  if (next?.opening === undefined) return undefined;
  const { after, cause, void: refused = [] } = next.opening;
  // Only the process that refused lines knows which: one that starts links to what it finds.
  const abandoned = cause === 'recovery' && next.opening.abandoned === true;
  const links = after?.epoch === epoch;
  // An opening that skips this file may do so only by declaring it void; what else it skips, its own check reports.
  if (!links && !abandoned) return undefined;
  return { epoch: next.epoch, lastSeq: links ? after.seq : -1, abandoned, void: new Set(links && cause === 'recovery' ? refused : []) };
}

function blobsOf(record: LogRecord): BlobReference[] {
  if (record.kind === 'epoch') return [record.secret];
  if (record.kind !== 'outcome') return [];
  return [record.request?.blob, record.response?.blob].filter((blob) => blob !== undefined);
}
