import type { Headers } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { type Body, type DataSink, view } from './body.ts';
import { isChunkExtension } from './chunk-extension.ts';
import { ProtocolFault } from './fault.ts';
import type { Limits } from './limits.ts';
import { readTrailers } from './trailers.ts';
import { Section } from './section.ts';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

/** 8 hexadecimal digits: 4 GiB in one chunk, and far from where any parser's integer wraps. */
const SIZE_DIGITS = 8;

type State = 'size' | 'extension' | 'size-end' | 'data' | 'data-cr' | 'data-lf' | 'trailers';

/** A body in chunks (RFC 9112 section 7.1). Extensions are checked for their grammar and dropped; each line ends with CR LF and nothing else. */
export class ChunkedBody implements Body {
  readonly mayClose = false;
  trailers: Headers = [];
  readonly #data: DataSink;
  readonly #limits: Limits;
  #state: State = 'size';
  #size = 0;
  #digits = 0;
  #extension = '';
  #section: Section | undefined;

  constructor(data: DataSink, limits: Limits) {
    this.#data = data;
    this.#limits = limits;
  }

  read(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#state === 'data') at = this.#readData(chunk, at);
      else if (this.#state === 'trailers') return this.#readTrailers(chunk, at);
      else this.#readByte(chunk[at++] ?? 0);
    }
    return -1;
  }

  #readData(chunk: Uint8Array, from: number): number {
    const end = Math.min(chunk.length, from + this.#size);
    this.#size -= end - from;
    if (this.#size === 0) this.#state = 'data-cr';
    this.#data(view(chunk, from, end));
    return end;
  }

  #readTrailers(chunk: Uint8Array, from: number): number {
    this.#section ??= new Section(this.#limits.trailerBytes, this.#limits.lineBytes);
    const end = this.#section.read(chunk, from);
    if (end !== -1) this.trailers = readTrailers(this.#section.take(), this.#limits.fields);
    return end;
  }

  #readByte(byte: number): void {
    switch (this.#state) {
      case 'size': return this.#readSize(byte);
      case 'extension': return this.#readExtension(byte);
      case 'size-end': return this.#expect(byte, LF, this.#size === 0 ? 'trailers' : 'data');
      case 'data-cr': return this.#expect(byte, CR, 'data-lf');
      case 'data-lf': {
        this.#digits = 0;
        return this.#expect(byte, LF, 'size');
      }
    }
  }

  #readSize(byte: number): void {
    const digit = hexValue(byte);
    if (digit !== -1 && this.#digits < SIZE_DIGITS) {
      this.#size = this.#size * 16 + digit;
      this.#digits += 1;
      return;
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) {
      throw malformed(`expected a chunk size of 1 to ${SIZE_DIGITS} hexadecimal digits and CR LF`, byte);
    }
    this.#extension = '';
    this.#state = byte === CR ? 'size-end' : 'extension';
  }

  #readExtension(byte: number): void {
    if (byte !== CR) {
      this.#extension += String.fromCharCode(byte);
      const maximum = this.#limits.chunkLineBytes;
      if (this.#digits + this.#extension.length > maximum) {
        throw new ProtocolFault('chunk-malformed', `expected a chunk size line of at most ${maximum} bytes, got a longer one`);
      }
      return;
    }
    if (!isChunkExtension(this.#extension)) {
      throw new ProtocolFault('chunk-malformed', 'expected chunk extensions NAME[=VALUE], got something else');
    }
    this.#state = 'size-end';
  }

  #expect(byte: number, expected: number, next: State): void {
    if (byte !== expected) throw malformed(`expected ${expected === CR ? 'CR' : 'LF'} in a line end of the chunked body`, byte);
    this.#state = next;
  }
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function malformed(expected: string, got: number): ProtocolFault {
  return new ProtocolFault('chunk-malformed', `${expected}, got ${quoted(String.fromCharCode(got))}`);
}
