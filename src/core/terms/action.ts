import type { Authority } from './authority.ts';
import type { ReasonCode } from './reason.ts';

/** Header fields in the order received; names in lower case, values without surrounding white space. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** One HTTP request as it will be sent: everything already in its normal form. */
export interface HttpAction {
  readonly kind: 'http';
  readonly authority: Authority;
  /** Upper-case token, as received (methods are case-sensitive, RFC 9110 section 9.1). */
  readonly method: string;
  /** Canonical path, beginning with `/`; what policy judges is what is sent. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  readonly headers: Headers;
}

/** Bytes that could not be read as exactly one action. `evaluate` denies it with the reason that the reader found. */
export interface MalformedAction {
  readonly kind: 'malformed';
  readonly reason: ReasonCode;
  readonly sentence: string;
  /** As far as it was understood. */
  readonly authority?: Authority;
  readonly method?: string;
  readonly path?: string;
}

export type Action = HttpAction | MalformedAction;
