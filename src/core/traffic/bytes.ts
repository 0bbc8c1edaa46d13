/**
 * Walks over bytes in big-endian order. Reading beyond the end gives `undefined`, from every method, and moves nothing:
 * whoever reads hostile bytes turns that into a fault or into waiting for more.
 */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** An unsigned number of `width` bytes. */
  number(width: 1 | 2 | 3): number | undefined {
    const bytes = this.bytes(width);
    return bytes?.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A view on the next `length` bytes. */
  bytes(length: number): Uint8Array | undefined {
    if (this.remaining < length) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The bytes of a vector whose length stands before it in `width` bytes. */
  vector(width: 1 | 2 | 3): ByteCursor | undefined {
    const start = this.#at;
    const length = this.number(width);
    const content = length === undefined ? undefined : this.bytes(length);
    if (content === undefined) this.#at = start;
    return content && new ByteCursor(content);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining) ?? this.#bytes.subarray(0, 0);
  }
}
