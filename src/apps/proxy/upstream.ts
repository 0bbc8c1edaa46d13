import type { Headers } from '../../core/terms/action.ts';
import type { Authority } from '../../core/terms/authority.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Framing, ResponseSink } from '../../core/traffic/http1/message.ts';
import type { DialTiming } from './ports.ts';

/** A request as it is sent. */
export interface UpstreamRequest {
  readonly method: string;
  readonly authority: Authority;
  /** Path and query. */
  readonly target: string;
  /** Without Host, which is made of the authority, and without the fields of one connection. */
  readonly headers: Headers;
  readonly framing: Framing;
  /** The agent understands trailers, and says so where that has to be passed on (TE, RFC 9110 section 10.1.4). */
  readonly trailers: boolean;
}

/** Why an answer did not arrive whole. */
export interface Breakage {
  readonly reason: ReasonCode;
  readonly sentence: string;
  /** Not one byte of an answer had come. */
  readonly untouched: boolean;
  /** The upstream says that it did nothing with the request, so that it may be sent again whatever its method. */
  readonly unprocessed?: boolean;
}

/** Whoever has sent a request and waits for its answer. */
export interface UpstreamUser extends ResponseSink {
  /** All that one read brought has been told. */
  batchEnds(): void;
  /** More may be sent after `data` said false. */
  drained(): void;
  broken(breakage: Breakage): void;
}

/** The way to an upstream for one exchange at a time: a connection of HTTP/1.1, or a stream of HTTP/2. */
export interface Upstream {
  /** The IP address at the other end. */
  readonly address: string;
  readonly timing: DialTiming;
  /** Sends the head; from here on what arrives goes to `user`. What follows until `flush` may leave with it in one piece. Throws `ProtocolFault`. */
  begin(request: UpstreamRequest, user: UpstreamUser): void;
  /** False: wait for `drained`. */
  data(chunk: Uint8Array): boolean;
  /** The request is whole. */
  end(trailers: Headers): void;
  flush(): void;
  pause(): void;
  resume(): void;
  /** Ends it without telling its user. */
  destroy(): void;
}
