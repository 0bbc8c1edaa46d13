import { Buffer } from 'node:buffer';
import { quoted } from '../../terms/quote.ts';
import { FIELD_VALUE } from './characters.ts';
import { ProtocolFault } from './fault.ts';

const CR = 0x0d;
const LF = 0x0a;

/**
 * Gathers the lines of a head or of trailers up to the empty line that ends them, however the bytes are cut up.
 *
 * A line ends with CR LF; a lone CR or LF, which other parsers take for a line end, is refused where it stands, as is any other
 * control character. So whoever reads the text finds CR only where a line ends. All bytes are looked at here, once, because
 * looking at them again in the text costs more.
 */
export class Section {
  readonly #maximum: number;
  readonly #lineMaximum: number;
  #held: Buffer | undefined;
  /** Bytes in `#held`: all that was read so far of a section that came in pieces. */
  #length = 0;
  /** Bytes of the last, unfinished line among them. */
  #lineLength = 0;
  /** Whether the last byte was a CR. */
  #returned = false;
  #text = '';

  constructor(maximum: number, lineMaximum: number) {
    this.#maximum = maximum;
    this.#lineMaximum = lineMaximum;
  }

  get empty(): boolean {
    return this.#length === 0;
  }

  /** The index after the empty line, or -1 if the chunk was used up before it. */
  read(chunk: Uint8Array, from: number): number {
    const stop = Math.min(chunk.length, from + this.#maximum - this.#length);
    const end = this.#findEnd(chunk, from, stop);
    if (end === -1 && stop < chunk.length) throw tooLarge(this.#maximum, 'a head or trailers');
    if (end === -1) {
      this.#hold(chunk, from);
      return -1;
    }
    this.#text = this.#textTo(chunk, from, end);
    return end;
  }

  /** The lines with their ends, without the empty one, one character a byte. The section can be used again afterwards. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    this.#length = 0;
    this.#lineLength = 0;
    this.#returned = false;
    return text;
  }

  #findEnd(chunk: Uint8Array, from: number, stop: number): number {
    let lineStart = from - this.#lineLength;
    let at = from;
    for (;;) {
      if (!this.#returned) at = this.#skipText(chunk, at, stop, lineStart);
      if (at >= stop) break;
      if (chunk[at] !== LF) throw new ProtocolFault('line-end-malformed', `expected LF after CR, got ${quotedByte(chunk[at])}`);
      if (at - lineStart === 1) return at + 1;
      at += 1;
      lineStart = at;
      this.#returned = false;
    }
    this.#lineLength = stop - lineStart;
    return -1;
  }

  /** The index after the CR that ends the line, or `stop`. */
  #skipText(chunk: Uint8Array, from: number, stop: number, lineStart: number): number {
    let at = from;
    while (at < stop && FIELD_VALUE[chunk[at] ?? 0] === 1) at++;
    if (at - lineStart > this.#lineMaximum) throw tooLarge(this.#lineMaximum, 'a line');
    if (at === stop) return stop;
    if (chunk[at] !== CR) throw refusedByte(chunk[at]);
    this.#returned = true;
    return at + 1;
  }

  #hold(chunk: Uint8Array, from: number): void {
    const length = this.#length + chunk.length - from;
    let held = this.#held;
    if (held === undefined || held.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(1_024, length * 2));
      held?.copy(grown, 0, 0, this.#length);
      held = grown;
    }
    held.set(chunk.subarray(from), this.#length);
    this.#held = held;
    this.#length = length;
  }

  #textTo(chunk: Uint8Array, from: number, end: number): string {
    if (this.#length === 0) return latin1(chunk, from, end - 2);
    this.#hold(chunk.subarray(0, end), from);
    const text = latin1(this.#held ?? chunk, 0, this.#length - 2);
    // Not kept for the next message: idle connections outnumber busy ones.
    this.#held = undefined;
    return text;
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1', from, to);
}

function refusedByte(byte: number | undefined): ProtocolFault {
  if (byte === LF) return new ProtocolFault('line-end-malformed', 'expected CR LF at the end of a line, got a lone LF');
  return new ProtocolFault('control-character', `expected no control character in a head, got ${quotedByte(byte)}`);
}

function quotedByte(byte: number | undefined): string {
  return quoted(String.fromCharCode(byte ?? 0));
}

function tooLarge(maximum: number, what: string): ProtocolFault {
  return new ProtocolFault('head-too-large', `expected ${what} of at most ${maximum} bytes, got a longer one`);
}
