import { fieldName, fieldValue, linesOf, type SseEvent } from './event.ts';

const LF = 0x0a;
const CR = 0x0d;
const BOM = [0xef, 0xbb, 0xbf];
const MARK = '\ufeff';

/** An event longer than what may be held back to be judged; or a byte order mark in front of a line that is not the stream's first, which would count if it became the first. */
export class SseFault extends Error {
  override readonly name = 'SseFault';
  readonly code: 'event-too-large' | 'stray-mark';

  constructor(code: SseFault['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Cuts an event stream (WHATWG HTML section 9.2) into its events, however its bytes arrive. Put together, what is `raw` of all
 * events and of `end` is the stream, byte for byte. An event is told of with the byte that ends it: where lines end with CR LF and
 * that byte is the CR, the LF begins the next event, where it means nothing.
 */
export class SseReader {
  readonly #largest: number;
  /** Copies, because who reads from a socket may use its memory again. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Nothing but what does not count stands on this line so far. */
  #lineEmpty = true;
  /** A line has ended, by CR; a LF would still belong to its end. */
  #afterCr = false;
  /** How much of a byte order mark has come, which counts only at the very beginning. */
  #mark: number | undefined = 0;
  #first = true;

  /** `largest`: bytes of one event. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** The events that end in `chunk`. Views on it where they lie in it whole. Throws `SseFault`. */
  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (!this.#endsEvent(chunk[at] ?? 0)) continue;
      events.push(this.#read(chunk.subarray(start, at + 1)));
      start = at + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
    return events;
  }

  /** What came after the last event's end. The standard has it thrown away; there are readers that take it for an event. */
  end(): SseEvent | undefined {
    return this.#heldBytes === 0 ? undefined : this.#read(new Uint8Array());
  }

  #endsEvent(byte: number): boolean {
    const afterCr = this.#afterCr;
    this.#afterCr = byte === CR;
    if (byte === LF && afterCr) return false;
    if (byte !== LF && byte !== CR) {
      if (!this.#isMark(byte)) this.#lineEmpty = false;
      return false;
    }
    this.#mark = undefined;
    const ends = this.#lineEmpty;
    this.#lineEmpty = true;
    return ends;
  }

  #isMark(byte: number): boolean {
    if (this.#mark === undefined || BOM[this.#mark] !== byte) {
      this.#mark = undefined;
      return false;
    }
    this.#mark = this.#mark === 2 ? undefined : this.#mark + 1;
    return true;
  }

  #hold(rest: Uint8Array): void {
    this.#checkSize(rest.length);
    this.#held.push(Buffer.from(rest));
    this.#heldBytes += rest.length;
  }

  #read(last: Uint8Array): SseEvent {
    const raw = this.#take(last);
    const lines = linesOf(raw);
    if (lines.some((line) => line.startsWith(MARK)) || (!this.#first && BOM.every((byte, index) => raw[index] === byte))) throw new SseFault('stray-mark', 'expected a byte order mark at the start of an event stream only, got one in front of another line');
    this.#first = false;
    return readEvent(raw, lines);
  }

  #take(last: Uint8Array): Uint8Array {
    this.#checkSize(last.length);
    if (this.#heldBytes === 0) return last;
    const whole = Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  #checkSize(more: number): void {
    const size = this.#heldBytes + more;
    if (size > this.#largest) throw new SseFault('event-too-large', `expected events of at most ${this.#largest} bytes, got more`);
  }
}

function readEvent(raw: Uint8Array, lines: readonly string[]): SseEvent {
  const data: string[] = [];
  const event: { -readonly [Member in keyof SseEvent]: SseEvent[Member] } = { raw };
  for (const line of lines) {
    const name = fieldName(line);
    const value = fieldValue(line);
    if (name === 'data') data.push(value);
    else if (name === 'event' && value !== '') event.type = value;
    else if (name === 'id' && !value.includes('\0')) event.id = value;
    else if (name === 'retry' && /^[0-9]{1,15}$/.test(value)) event.retry = Number(value);
  }
  if (data.length > 0) event.data = data.join('\n');
  return event;
}
