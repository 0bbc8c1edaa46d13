const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Cuts the objects out of a JSON list as its bytes arrive, without asking whether what is around them is JSON. */
export class ListReader {
  readonly #largest: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** `largest`: bytes of one object. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** The texts of the objects that end in `chunk`. Throws `RangeError` for one that is too large. */
  push(chunk: Uint8Array): string[] {
    const texts: string[] = [];
    let start = this.#depth > 0 ? 0 : chunk.length;
    for (let at = 0; at < chunk.length; at += 1) {
      const before = this.#depth;
      this.#step(chunk[at] ?? 0);
      if (before === 0 && this.#depth === 1) start = at;
      if (before !== 1 || this.#depth !== 0) continue;
      texts.push(this.#take(chunk.subarray(start, at + 1)));
      start = chunk.length;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return texts;
  }

  #step(byte: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
    } else if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT) this.#depth += 1;
    else if (byte === CLOSE_OBJECT && this.#depth > 0) this.#depth -= 1;
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.#largest) throw new RangeError(`expected objects of at most ${this.#largest} bytes`);
    this.#held.push(Uint8Array.from(bytes));
  }

  #take(last: Uint8Array): string {
    const text = Buffer.concat([...this.#held, last]).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }
}
