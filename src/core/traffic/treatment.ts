import type { Headers } from '../terms/action.ts';
import type { ProtocolOutcome } from '../terms/protocol-facts.ts';

/** Where in its authority a request goes: both parts in their normal form. */
export interface RequestTarget {
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
}

export interface AnswerHead {
  readonly status: number;
  /** HTTP/1's words for it, which are the server's own. */
  readonly statusText?: string;
  /** Without the fields of one connection. */
  readonly headers: Headers;
}

export type Emit = (bytes: Uint8Array) => void;

/**
 * What is done to one permitted request before it is sent; made anew for each. An absent member leaves its part as it is.
 * May throw a `ProtocolFault`, which fails the call before anything was sent.
 */
export interface RequestTreatment {
  headers?(headers: Headers): Headers;
  target?(target: RequestTarget): RequestTarget;
  /** The whole body, decoded: only asked where the policy needs the body. The length may change. */
  body?(bytes: Uint8Array): Uint8Array;
  /** What `body` puts in is secret: the record holds the body as it was before. */
  readonly confidential?: true;
  facts?(): ProtocolOutcome;
}

/**
 * What is done to one answer while it streams; made anew for each. Bounded in memory, and never holds back more than the one
 * event or message that it is looking at: what it has done with leaves at once.
 *
 * `data` and `end` may return a promise; then nothing more is passed on, and nothing more is read from the upstream, until it
 * settles. May throw a `ProtocolFault` of side `response`, or reject with one: before the head was passed on the call fails, afterwards the answer is cut.
 */
export interface AnswerTreatment {
  /** Whether the bytes may come out different from how they went in: then no length is announced. */
  readonly alters: boolean;
  /** The answer is billed: it is read to its end, within a bound, although the agent hung up. */
  readonly metered?: true;
  head?(head: AnswerHead): AnswerHead;
  /** `chunk` is a view: what is kept of it after returning has to be copied. */
  data(chunk: Uint8Array, out: Emit): void | Promise<void>;
  /** Asked once, after `end`. */
  trailers?(trailers: Headers): Headers;
  /** The answer is whole; not called where it breaks off. */
  end(out: Emit, trailers: Headers): void | Promise<void>;
  /** What was read out of it so far; asked once, when the call is over, however it ended. */
  facts(): ProtocolOutcome;
}
