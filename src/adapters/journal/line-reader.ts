import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_LINE } from '../../core/evidence/read-line.ts';

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

/** Reads the whole lines of a file that may still grow, a chunk at a time. Throws what the file system throws. */
export class LineReader {
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK);
  #position: number;
  #rest: Buffer[] = [];
  #torn = 0;

  constructor(path: string, position = 0) {
    this.#descriptor = openSync(path, 'r');
    this.#position = position;
  }

  /** Bytes read behind the last newline. */
  get torn(): number {
    return this.#torn;
  }

  /** The lines of the next chunk, without their newlines, valid until the next call; undefined at the end of what there is now. */
  next(): Buffer[] | undefined {
    const length = readSync(this.#descriptor, this.#chunk, 0, CHUNK, this.#position);
    if (length === 0) return undefined;
    this.#position += length;
    return this.#split(this.#chunk.subarray(0, length));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #split(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = bytes.subarray(start, end);
      lines.push(this.#rest.length === 0 ? line : Buffer.concat([...this.#rest, line]));
      this.#rest = [];
      this.#torn = 0;
      start = end + 1;
    }
    if (start < bytes.length) this.#hold(bytes.subarray(start));
    return lines;
  }

  /** Of a line without end only as much as shows that it is too long. */
  #hold(bytes: Buffer): void {
    if (this.#torn <= MAX_LINE) this.#rest.push(Buffer.from(bytes));
    this.#torn += bytes.length;
  }
}
