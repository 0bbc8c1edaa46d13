import type { Headers } from '../../terms/action.ts';
import type { Body, DataSink } from './body.ts';
import { ChunkedBody } from './chunked.ts';
import { ProtocolFault } from './fault.ts';
import type { Limits } from './limits.ts';
import type { Framing } from './message.ts';
import { LengthBody, UntilCloseBody } from './plain-body.ts';
import { Section } from './section.ts';

/** What a side does with the parts of its messages. */
export interface Parts {
  /** Reads the head's text, tells the sink, and says how the body is delimited; or that this was no message of its own (1xx). */
  head(text: string): Framing | 'another-head';
  data(chunk: Uint8Array): void;
  end(trailers: Headers): void;
}

/** The part that both directions share: heads and bodies one after the other, out of chunks cut anywhere. */
export class MessageReader {
  readonly #parts: Parts;
  readonly #limits: Limits;
  readonly #head: Section;
  #body: Body | undefined;

  constructor(parts: Parts, limits: Limits) {
    this.#parts = parts;
    this.#limits = limits;
    this.#head = new Section(limits.headBytes, limits.lineBytes);
  }

  /** Between two messages, nothing of the next one read. */
  get idle(): boolean {
    return this.#body === undefined && this.#head.empty;
  }

  push(chunk: Uint8Array): number {
    let at = 0;
    while (this.#body === undefined) {
      at = this.#head.read(chunk, at);
      if (at === -1) return chunk.length;
      const framing = this.#parts.head(this.#head.take());
      if (framing === 'another-head') continue;
      this.#body = bodyOf(framing, (data) => this.#parts.data(data), this.#limits);
      if (this.#body === undefined) return this.#end([], at);
    }
    const end = this.#body.read(chunk, at);
    return end === -1 ? chunk.length : this.#end(this.#body.trailers, end);
  }

  /** The peer sends no more. */
  close(): void {
    if (this.idle) return;
    if (this.#body?.mayClose !== true) {
      throw new ProtocolFault(
        'message-cut-short',
        `expected the rest of a message, got the end of the connection in its ${this.#body === undefined ? 'head' : 'body'}`,
      );
    }
    this.#end([], 0);
  }

  #end(trailers: Headers, at: number): number {
    this.#body = undefined;
    this.#parts.end(trailers);
    return at;
  }
}

/** `undefined` where the head was the whole message. */
function bodyOf(framing: Framing, data: DataSink, limits: Limits): Body | undefined {
  switch (framing.kind) {
    case 'none': return undefined;
    case 'length': return framing.length === 0 ? undefined : new LengthBody(framing.length, data);
    case 'chunked': return new ChunkedBody(data, limits);
    case 'until-close': return new UntilCloseBody(data);
  }
}
