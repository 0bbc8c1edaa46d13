import type { Headers } from '../../terms/action.ts';
import { type Body, type DataSink, view } from './body.ts';

/** A body whose length in bytes was announced; at least 1. */
export class LengthBody implements Body {
  readonly mayClose = false;
  readonly trailers: Headers = [];
  readonly #data: DataSink;
  #remaining: number;

  constructor(length: number, data: DataSink) {
    this.#remaining = length;
    this.#data = data;
  }

  read(chunk: Uint8Array, from: number): number {
    const end = Math.min(chunk.length, from + this.#remaining);
    this.#remaining -= end - from;
    if (end > from) this.#data(view(chunk, from, end));
    return this.#remaining === 0 ? end : -1;
  }
}

/** A response's body that ends when the upstream closes the connection. */
export class UntilCloseBody implements Body {
  readonly mayClose = true;
  readonly trailers: Headers = [];
  readonly #data: DataSink;

  constructor(data: DataSink) {
    this.#data = data;
  }

  read(chunk: Uint8Array, from: number): number {
    if (chunk.length > from) this.#data(view(chunk, from, chunk.length));
    return -1;
  }
}
