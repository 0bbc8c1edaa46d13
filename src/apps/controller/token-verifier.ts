import { ControllerFault } from './fault.ts';
import type { TokenSigners } from './ports.ts';
import { type TokenIdentity, UnknownKey, verifyToken } from './token.ts';

export interface TokenVerifier {
  /** @throws ControllerFault. */
  verify(token: string): Promise<TokenIdentity>;
}

/** Milliseconds after which the keys are fetched again, so that one that was withdrawn is trusted no longer. */
const KEPT = 5 * 60_000;

/** Milliseconds between two fetches that unknown keys cause: anybody can write a `kid`. */
const COOLDOWN = 10_000;

/** Verifies tokens with the cluster's keys, fetched when first needed, when they are old, and when a token names a key that is not among them. */
export function createTokenVerifier(fetch: () => Promise<TokenSigners>, now: () => number): TokenVerifier {
  let kept: { readonly signers: TokenSigners; readonly since: number } | undefined;
  let fetching: Promise<TokenSigners> | undefined;

  const refetch = async (): Promise<TokenSigners> => {
    try {
      const signers = await fetch();
      kept = { signers, since: now() };
      return signers;
    } catch (cause) {
      throw new ControllerFault('keys-unavailable', 'the cluster does not tell who signs its tokens; try again', { cause });
    } finally {
      fetching = undefined;
    }
  };
  const signersWithin = async (age: number): Promise<TokenSigners> => {
    if (kept !== undefined && now() - kept.since < age) return kept.signers;
    fetching ??= refetch();
    return fetching;
  };

  return {
    async verify(token) {
      const signers = await signersWithin(KEPT);
      try {
        return await verifyToken(token, signers, now());
      } catch (fault) {
        if (!(fault instanceof UnknownKey)) throw fault;
        const newer = await signersWithin(COOLDOWN);
        if (newer === signers) throw fault;
        return verifyToken(token, newer, now());
      }
    },
  };
}
