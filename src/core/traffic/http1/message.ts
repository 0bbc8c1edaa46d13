import type { Headers } from '../../terms/action.ts';
import type { Target } from './target.ts';

export type Version = '1.1' | '1.0';

/** How a message's body is delimited (RFC 9112 section 6.3). `length` is in bytes and may be 0. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

export interface RequestHead {
  readonly method: string;
  /** As received: visible ASCII without `#`. */
  readonly target: string;
  /** What the target means. */
  readonly form: Target;
  readonly version: Version;
  /** Host stands here exactly once in version 1.1, at most once in 1.0. */
  readonly headers: Headers;
  readonly framing: Framing;
  /** Whether the client may send another request on the connection after this one. */
  readonly keepAlive: boolean;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectContinue: boolean;
  /** The Upgrade field's value in lower case, if there is one, whether or not Connection names it. */
  readonly upgrade?: string;
}

export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly version: Version;
  readonly headers: Headers;
  readonly framing: Framing;
  /** Whether the connection can carry another request after this response. */
  readonly keepAlive: boolean;
}

interface BodySink {
  /** A view on the pushed bytes, never empty: whoever keeps it after returning copies it. */
  data(chunk: Uint8Array): void;
  /** Called once for each message, also where there is no body. */
  end(trailers: Headers): void;
}

export interface RequestSink extends BodySink {
  head(head: RequestHead): void;
}

export interface ResponseSink extends BodySink {
  /** A 1xx response; the one that answers the request is still to come. 101 never gets here. */
  informational(head: ResponseHead): void;
  head(head: ResponseHead): void;
}
