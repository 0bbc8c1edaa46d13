import { persists, readConnection } from './connection.ts';
import { ProtocolFault } from './fault.ts';
import { readFields } from './fields.ts';
import { responseFraming } from './framing.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Framing, ResponseHead, ResponseSink } from './message.ts';
import { MessageReader } from './message-reader.ts';
import { readStatusLine } from './start-line.ts';

/**
 * Reads the responses on a connection to an upstream, one for each `expect`, as strictly as requests are read.
 *
 * Throws `ProtocolFault` with the reason `upstream-malformed`; after that, or when the sink threw, the reader refuses all further use.
 */
export class ResponseReader {
  readonly #reader: MessageReader;
  readonly #limits: Limits;
  readonly #sink: ResponseSink;
  #requestMethod: string | undefined;
  #informational = 0;
  #broken = false;

  constructor(sink: ResponseSink, limits: Limits = DEFAULT_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
    this.#reader = new MessageReader({
      head: (text) => this.#readHead(text),
      data: (chunk) => sink.data(chunk),
      end: (trailers) => this.#finish(trailers),
    }, limits);
  }

  /** A request with this method has been sent: one response may come. Never for CONNECT, which is not sent upstream. */
  expect(requestMethod: string): void {
    if (this.#requestMethod !== undefined) throw new TypeError('the response to the last request has not ended');
    this.#requestMethod = requestMethod;
    this.#informational = 0;
  }

  /** Reads on, at most to the end of the expected response. How many bytes that took. */
  push(chunk: Uint8Array): number {
    return this.#guarded(() => {
      // Bytes that nobody asked for would be read as the answer to the next request on this connection.
      if (this.#requestMethod === undefined && chunk.length > 0) {
        throw new ProtocolFault('response-unexpected', 'expected nothing before the next request, got bytes');
      }
      return this.#reader.push(chunk);
    });
  }

  /** The upstream sends no more: this ends a body that had no length; otherwise `message-cut-short` unless no response is due. */
  end(): void {
    this.#guarded(() => {
      if (this.#requestMethod !== undefined && this.#reader.idle) {
        throw new ProtocolFault('message-cut-short', 'expected a response, got the end of the connection');
      }
      this.#reader.close();
    });
  }

  #readHead(text: string): Framing | 'another-head' {
    const head = readResponseHead(text, this.#requestMethod ?? '', this.#limits);
    if (head.status >= 200) {
      this.#sink.head(head);
      return head.framing;
    }
    this.#checkInformational(head);
    this.#sink.informational(head);
    return 'another-head';
  }

  #checkInformational({ status, keepAlive }: ResponseHead): void {
    if (status === 101) throw new ProtocolFault('switch-refused', 'expected a response in HTTP/1.1, got 101 Switching Protocols without having asked');
    // HTTP/1.0 knows no interim responses, and after "close" nothing may follow: other parsers stop here.
    if (!keepAlive) throw new ProtocolFault('connection-malformed', 'expected an interim response that leaves the connection open, got one that ends it');
    this.#informational += 1;
    const maximum = this.#limits.informational;
    if (this.#informational > maximum) throw new ProtocolFault('response-unexpected', `expected at most ${maximum} interim responses, got more`);
  }

  #finish(trailers: ResponseHead['headers']): void {
    this.#requestMethod = undefined;
    this.#sink.end(trailers);
  }

  #guarded<T>(read: () => T): T {
    if (this.#broken) throw new TypeError('this reader has failed and cannot be used again');
    this.#broken = true;
    try {
      const result = read();
      this.#broken = false;
      return result;
    } catch (error) {
      throw error instanceof ProtocolFault ? error.fromUpstream() : error;
    }
  }
}

function readResponseHead(text: string, requestMethod: string, limits: Limits): ResponseHead {
  const { version, status, statusText, next } = readStatusLine(text);
  const headers = readFields(text, next, limits.fields);
  const framing = responseFraming(requestMethod, status, version, headers);
  const keepAlive = persists(version, readConnection(headers)) && framing.kind !== 'until-close';
  return { status, statusText, version, headers, framing, keepAlive };
}
