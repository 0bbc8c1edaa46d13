import type { ReasonCode } from '../terms/reason.ts';

export interface ClientHello {
  /** The server name as sent, one ASCII word; absent where the client sent none. */
  readonly name?: string;
  /** Protocols offered by ALPN, in their order. */
  readonly alpn: readonly string[];
  /** Whether an encrypted hello is enclosed, or something that pretends to be one: the name above may not be the one that is meant. */
  readonly ech: boolean;
}

export type HelloRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  | { readonly kind: 'fault'; readonly reason: ReasonCode; readonly sentence: string };
