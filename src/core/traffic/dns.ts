/** One question (RFC 1035 section 4.1), class IN. */
export interface Query {
  readonly id: number;
  /** Labels joined by dots, in lower case, without the last dot; letters, digits, hyphen and underscore only. */
  readonly name: string;
  /** 1 is A, 28 is AAAA, 65 is HTTPS. */
  readonly type: number;
  readonly recursionDesired: boolean;
  /** Whether the client understands EDNS (RFC 6891). */
  readonly edns: boolean;
  /** The question section as received: it is echoed with the client's own spelling (which carries randomness for some). */
  readonly question: Uint8Array;
}

export type QueryRead =
  | { readonly kind: 'query'; readonly query: Query }
  /** `reply` is absent where any answer would be wrong: too short for an identifier, or itself an answer. */
  | { readonly kind: 'fault'; readonly sentence: string; readonly reply?: Uint8Array };

export type Answer =
  /** `address` is IPv4 in dotted decimals; `ttl` in seconds. */
  | { readonly kind: 'address'; readonly address: string; readonly ttl: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-such-name' }
  | { readonly kind: 'refused' };
