import type { Headers } from '../../core/terms/action.ts';
import type { Framing } from '../../core/traffic/http1/message.ts';
import { CHUNK_END, chunkStart, lastChunk } from '../../core/traffic/http1/write.ts';
import type { PayloadSink } from './ports.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** The request's body on its way: kept until there is somewhere to send it, framed anew, and told to the record as it passes. */
export class RequestBody {
  readonly framing: Framing;
  /** The agent has sent all of it. */
  complete = false;
  /** The upstream takes more at once: what is missing is missing on the agent's side. */
  flowing = true;
  bytes = 0;

  readonly #early: Uint8Array[] = [];
  #trailers: Headers = [];
  #upstream: UpstreamConnection | undefined;
  #sink: PayloadSink | undefined;

  constructor(framing: Framing) {
    this.framing = framing;
  }

  /** False: no more for now. */
  data(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    if (this.#upstream === undefined) this.#early.push(chunk);
    this.flowing = this.#upstream !== undefined && this.#pass(this.#upstream, chunk);
    return this.flowing;
  }

  end(trailers: Headers): void {
    this.complete = true;
    this.#trailers = trailers;
    if (this.#upstream !== undefined) this.#finish(this.#upstream);
  }

  /** The head was sent on `upstream`: the body may follow. False: no more for now. */
  forward(upstream: UpstreamConnection, sink: PayloadSink | undefined): boolean {
    this.#upstream = upstream;
    this.#sink = sink;
    this.flowing = true;
    for (const chunk of this.#early.splice(0)) this.flowing = this.#pass(upstream, chunk);
    if (this.complete) this.#finish(upstream);
    return this.flowing;
  }

  #pass(upstream: UpstreamConnection, chunk: Uint8Array): boolean {
    this.#sink?.write(chunk);
    if (this.framing.kind !== 'chunked') return upstream.write(chunk);
    upstream.cork();
    upstream.write(chunkStart(chunk.length));
    upstream.write(chunk);
    const more = upstream.write(CHUNK_END);
    upstream.uncork();
    return more;
  }

  #finish(upstream: UpstreamConnection): void {
    if (this.framing.kind === 'chunked') upstream.write(lastChunk(this.#trailers));
  }
}
