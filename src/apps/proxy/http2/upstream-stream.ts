import type { ClientHttp2Stream, ClientSessionRequestOptions } from 'node:http2';
import { authorityText } from '../../../core/address/authority-text.ts';
import type { Headers } from '../../../core/terms/action.ts';
import { errorText } from '../../../core/terms/error-text.ts';
import { checkFields } from '../../../core/traffic/http1/write.ts';
import { readHttp2Response } from '../../../core/traffic/http2/response-head.ts';
import { readHttp2Trailers } from '../../../core/traffic/http2/trailers.ts';
import type { DialTiming } from '../ports.ts';
import type { Upstream, UpstreamRequest, UpstreamUser } from '../upstream.ts';
import { FIELD_LIMITS } from './limits.ts';

/** RFC 9113 sections 6.1 and 7. */
const END_STREAM = 1;
const REFUSED_STREAM = 7;
const CANCEL = 8;

type Open = (fields: readonly string[], options: ClientSessionRequestOptions) => ClientHttp2Stream;

/** One stream of an upstream's connection: one request and its answer. */
export class Http2Upstream implements Upstream {
  readonly address: string;
  readonly timing: DialTiming;
  readonly #open: Open;
  readonly #over: () => void;
  #stream: ClientHttp2Stream | undefined;
  #user: UpstreamUser | undefined;
  #method = '';
  #touched = false;
  /** The final head was told. */
  #answered = false;
  #received: Headers = [];
  #sent: Headers = [];

  /** `over` is called once, when the stream is closed or was never opened. */
  constructor({ address, timing }: { readonly address: string; readonly timing: DialTiming }, open: Open, over: () => void) {
    this.address = address;
    this.timing = timing;
    this.#open = open;
    this.#over = over;
  }

  begin({ method, authority, target, headers, framing, trailers }: UpstreamRequest, user: UpstreamUser): void {
    checkFields(headers, 'request');
    const fields = [':method', method, ':scheme', 'https', ':authority', authorityText(authority), ':path', target];
    for (const [name, value] of headers) fields.push(name, value);
    if (trailers) fields.push('te', 'trailers');
    this.#method = method;
    const stream = this.#open(fields, { endStream: framing.kind === 'none', waitForTrailers: framing.kind === 'chunked' });
    this.#stream = stream;
    this.#user = user;
    stream.on('headers', (_fields, _flags, list) => { this.#guarded(() => this.#user?.informational(readHttp2Response(list, false, method, FIELD_LIMITS))); });
    stream.on('response', (_fields, flags, list) => { this.#head(list, (flags & END_STREAM) !== 0); });
    stream.on('data', (chunk: Buffer) => { this.#data(chunk); });
    stream.on('trailers', (_fields, _flags, list) => { this.#guarded(() => { this.#received = readHttp2Trailers(list, FIELD_LIMITS, 'response'); }); });
    stream.on('end', () => { this.#end(); });
    stream.on('drain', () => { this.#user?.drained(); });
    stream.on('wantTrailers', () => { stream.sendTrailers(Object.fromEntries(this.#sent)); });
    // Told by "close", which knows the code.
    stream.on('error', () => {});
    stream.on('close', () => { this.#closed(stream.rstCode ?? 0); });
  }

  data(chunk: Uint8Array): boolean {
    return this.#stream?.write(chunk) ?? false;
  }

  end(trailers: Headers): void {
    this.#sent = trailers;
    if (this.#stream?.writable === true) this.#stream.end();
  }

  /** Frames of one turn leave together by themselves. */
  flush(): void {}

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  destroy(): void {
    this.#user = undefined;
    if (this.#stream === undefined) this.#over();
    else cancel(this.#stream);
  }

  #head(list: readonly string[], ends: boolean): void {
    this.#touched = true;
    this.#guarded(() => {
      const head = readHttp2Response(list, ends, this.#method, FIELD_LIMITS);
      this.#answered = true;
      this.#user?.head(head);
      this.#user?.batchEnds();
    });
  }

  #data(chunk: Buffer): void {
    this.#guarded(() => {
      this.#user?.data(chunk);
      this.#user?.batchEnds();
    });
  }

  #end(): void {
    if (!this.#answered || this.#stream?.aborted === true || (this.#stream?.rstCode ?? 0) !== 0) return;
    const user = this.#user;
    this.#user = undefined;
    user?.end(this.#received);
    user?.batchEnds();
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#break({ reason: 'upstream-malformed', sentence: `The upstream's answer cannot be passed on: ${errorText(error)}.`, untouched: false });
      if (this.#stream !== undefined) cancel(this.#stream);
    }
  }

  #closed(code: number): void {
    this.#over();
    const sentence = code === 0 ? 'The upstream closed the connection before it had answered.' : `The upstream broke off the call (HTTP/2 error code ${code}).`;
    this.#break({ reason: 'upstream-unreachable', sentence, untouched: !this.#touched, unprocessed: code === REFUSED_STREAM });
  }

  #break(breakage: Parameters<UpstreamUser['broken']>[0]): void {
    const user = this.#user;
    this.#user = undefined;
    user?.broken(breakage);
  }
}

/** `close` would end the request first, and half of one could be taken for all of it. */
function cancel(stream: ClientHttp2Stream): void {
  if (stream.writableEnded) stream.close(CANCEL);
  else stream.destroy(new Error('the call is over'));
}
