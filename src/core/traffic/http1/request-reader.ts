import type { Headers } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { AUTHORITY, consistsOf, strayIn, TOKEN } from './characters.ts';
import { persists, readConnection } from './connection.ts';
import { ProtocolFault } from './fault.ts';
import { onlyValue, readFields } from './fields.ts';
import { requestFraming } from './framing.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { RequestHead, RequestSink, Version } from './message.ts';
import { MessageReader } from './message-reader.ts';
import { readRequestLine } from './start-line.ts';
import { readTarget } from './target.ts';

/**
 * Reads requests from a connection, strictly (RFC 9112): whatever two parsers could read differently is refused.
 *
 * Throws `ProtocolFault`; after that, or when the sink threw, the reader refuses all further use.
 */
export class RequestReader {
  readonly #reader: MessageReader;
  #broken = false;

  constructor(sink: RequestSink, limits: Limits = DEFAULT_LIMITS) {
    this.#reader = new MessageReader({
      head(text) {
        const head = readRequestHead(text, limits);
        sink.head(head);
        return head.framing;
      },
      data: (chunk) => sink.data(chunk),
      end: (trailers) => sink.end(trailers),
    }, limits);
  }

  /** Reads on, at most to the end of one message. How many bytes that took: the rest belongs to the next message and has to be pushed again. */
  push(chunk: Uint8Array): number {
    return this.#guarded(() => {
      if (this.#reader.idle && chunk.length > 0) refuseOtherProtocols(chunk[0] ?? 0);
      return this.#reader.push(chunk);
    });
  }

  /** The client sends no more: fine between messages, `message-cut-short` within one. */
  end(): void {
    this.#guarded(() => this.#reader.close());
  }

  #guarded<T>(read: () => T): T {
    if (this.#broken) throw new TypeError('this reader has failed and cannot be used again');
    this.#broken = true;
    const result = read();
    this.#broken = false;
    return result;
  }
}

function readRequestHead(text: string, limits: Limits): RequestHead {
  const { method, target, version, next } = readRequestLine(text);
  const form = readTarget(method, target);
  const headers = readFields(text, next, limits.fields);
  checkHost(version, headers);
  const framing = requestFraming(method, version, headers);
  const expected = expectsContinue(headers);
  const upgrade = headers.find(([name]) => name === 'upgrade')?.[1];
  return {
    method, target, form, version, headers, framing,
    keepAlive: persists(version, readConnection(headers)),
    expectContinue: expected && version === '1.1' && framing.kind !== 'none',
    ...(upgrade !== undefined && { upgrade: upgrade.toLowerCase() }),
  };
}

/** So that TLS or another protocol on this port is refused at its first byte and not when time runs out. */
function refuseOtherProtocols(first: number): void {
  if (TOKEN[first] !== 1) {
    throw new ProtocolFault('not-http1', `expected the first letter of an HTTP method, got ${quoted(String.fromCharCode(first))}`);
  }
}

/** Exactly one Host, so that nothing further on can pick another (RFC 9112 section 3.2); HTTP/1.0 clients may send none. */
function checkHost(version: Version, headers: Headers): void {
  const host = onlyValue(headers, 'host', 'host-malformed');
  if (host === undefined && version === '1.0') return;
  if (host === undefined) throw new ProtocolFault('host-malformed', 'expected a Host field, got none');
  if (host === '' || !consistsOf(AUTHORITY, host)) {
    throw new ProtocolFault('host-malformed', `expected HOST or HOST:PORT in the Host field, got ${strayIn(AUTHORITY, host) ?? 'an empty one'}`);
  }
}

function expectsContinue(headers: Headers): boolean {
  const value = onlyValue(headers, 'expect', 'expect-unsupported');
  if (value !== undefined && value.toLowerCase() !== '100-continue') {
    throw new ProtocolFault('expect-unsupported', 'expected Expect: 100-continue, got another expectation');
  }
  return value !== undefined;
}
