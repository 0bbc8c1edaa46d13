import type { ServerHttp2Stream } from 'node:http2';
import type { Headers } from '../../../core/terms/action.ts';
import { grpcRefusal, isGrpc } from '../../../core/traffic/grpc/refusal.ts';
import { forwardableHeaders } from '../../../core/traffic/http1/forward.ts';
import type { RequestHead, ResponseHead } from '../../../core/traffic/http1/message.ts';
import { refusalAnswer, type Refused } from '../../../core/traffic/problem.ts';
import type { AnswerRelay } from '../agent-side.ts';
import { CALL_HEADER } from '../response-relay.ts';

/** RFC 9113 section 7. */
const NO_ERROR = 0;

/** An answer on a stream of HTTP/2. Throws as `node:http2` does on what it will not send. */
export class Http2Answer implements AnswerRelay {
  started = false;
  bytes = 0;
  keepAlive = true;

  readonly #stream: ServerHttp2Stream;
  readonly #request: RequestHead;
  readonly #call: string;
  /** The stream ended with its head. */
  #ended = false;
  #corked = false;
  #trailers: Headers = [];

  constructor(stream: ServerHttp2Stream, request: RequestHead, call: string) {
    this.#stream = stream;
    this.#request = request;
    this.#call = call;
  }

  continue(): void {
    if (this.#writable) this.#stream.additionalHeaders({ ':status': 100 });
  }

  informational(head: ResponseHead): void {
    if (head.status === 100 || !this.#writable) return;
    this.#stream.additionalHeaders(groupedHeaders(head.status, passedOn(head.headers)));
  }

  head(head: ResponseHead): void {
    const { framing } = head;
    const empty = framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0);
    this.#respond(head.status, passedOn(head.headers), empty, framing.kind === 'chunked');
  }

  data(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.#ended) return;
    if (!this.#corked) this.#stream.cork();
    this.#corked = true;
    this.#stream.write(chunk);
  }

  flush(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#stream.uncork();
  }

  end(trailers: Headers, sent: () => void): void {
    this.#trailers = trailers;
    this.flush();
    const stream = this.#stream;
    // Whichever comes first: the library closes a stream whose last bytes have left before it says that it is finished.
    stream.once('close', () => { if (stream.rstCode === NO_ERROR && (this.#ended || stream.writableEnded)) sent(); });
    if (this.#ended) setImmediate(sent);
    else stream.end((error?: Error | null) => { if (!error) sent(); });
  }

  problem(refused: Refused, keepAlive: boolean): void {
    this.keepAlive &&= keepAlive;
    if (isGrpc(this.#request.headers)) return this.#respond(200, grpcRefusal(refused), true, false);
    const { status, headers, body: text } = refusalAnswer(refused);
    const body = Buffer.from(text);
    const empty = this.#request.method === 'HEAD';
    this.#respond(status, [...headers, ['content-length', String(body.length)]], empty, false);
    if (!empty && this.#writable) this.#stream.end(body);
  }

  get #writable(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  #respond(status: number, headers: Headers, endStream: boolean, trailers: boolean): void {
    this.started = true;
    if (!this.#writable) return;
    if (trailers) this.#stream.once('wantTrailers', () => { this.#sendTrailers(); });
    const fields = [':status', String(status)];
    for (const [name, value] of headers) fields.push(name, value);
    fields.push(CALL_HEADER, this.#call);
    this.#stream.respond(fields, { endStream, waitForTrailers: trailers });
    this.#ended = endStream;
  }

  #sendTrailers(): void {
    if (this.#writable) this.#stream.sendTrailers(grouped(this.#trailers.filter(isNotOurs)));
  }
}

function passedOn(headers: Headers): Headers {
  return forwardableHeaders(headers, 'response').filter(isNotOurs);
}

function isNotOurs([name]: readonly [string, string]): boolean {
  return name !== CALL_HEADER;
}

function groupedHeaders(status: number, headers: Headers): Record<string, string | string[]> {
  return { ...grouped(headers), ':status': String(status) };
}

function grouped(headers: Headers): Record<string, string | string[]> {
  const fields = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of headers) {
    const before = fields[name];
    fields[name] = before === undefined ? value : [before, value].flat();
  }
  return fields;
}
