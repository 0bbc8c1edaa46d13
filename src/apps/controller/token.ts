import { createLocalJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { z } from 'zod';
import { TOKEN_AUDIENCE } from '../../core/terms/fixed-names.ts';
import { ControllerFault } from './fault.ts';
import type { TokenSigners } from './ports.ts';

/** What a pod's projected token proves. */
export interface TokenIdentity {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly serviceAccount: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}


/** What API servers sign with; no secret that both sides share. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

const CLAIMS = z.object({
  exp: z.number(),
  'kubernetes.io': z.object({
    namespace: z.string().min(1),
    pod: z.object({ name: z.string().min(1), uid: z.string().min(1) }),
    serviceaccount: z.object({ name: z.string().min(1) }),
  }),
});

/**
 * Verifies a bound service-account token (KEP-1205): signed by the cluster, for our audience, of its issuer, not expired, of a pod.
 *
 * @throws ControllerFault `token-malformed`, `token-untrusted` (as `UnknownKey` where other keys might help), `token-expired`, `token-foreign`,
 * `token-unbound`.
 */
export async function verifyToken(token: string, signers: TokenSigners, now: number): Promise<TokenIdentity> {
  const claims = CLAIMS.safeParse(await verified(token, signers, now));
  if (!claims.success) throw new ControllerFault('token-unbound', 'expected a token that is bound to a pod, got one that is not; mount it as a projected volume');
  const { exp, 'kubernetes.io': bound } = claims.data;
  return { namespace: bound.namespace, pod: bound.pod.name, uid: bound.pod.uid, serviceAccount: bound.serviceaccount.name, expires: exp * 1000 };
}

/** No listed key has the token's `kid`: forged, or signed with a key newer than the list. */
export class UnknownKey extends ControllerFault {
  constructor() {
    super('token-untrusted', 'expected a token signed by this cluster, got one with an unknown key');
  }
}

async function verified(token: string, { issuer, keys }: TokenSigners, now: number): Promise<JWTPayload> {
  try {
    const options = { algorithms: ALGORITHMS, audience: TOKEN_AUDIENCE, issuer, requiredClaims: ['exp'], currentDate: new Date(now) };
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options);
    return payload;
  } catch (cause) {
    throw faultOf(cause, issuer);
  }
}

function faultOf(cause: unknown, issuer: string): ControllerFault {
  if (cause instanceof errors.JWKSNoMatchingKey) return new UnknownKey();
  if (cause instanceof errors.JWTExpired) return new ControllerFault('token-expired', 'expected a token that is still valid, got one that has expired', { cause });
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return new ControllerFault('token-foreign', `expected a token of issuer ${issuer} for audience ${TOKEN_AUDIENCE}: ${cause.message}`, { cause });
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed || cause instanceof errors.JOSEAlgNotAllowed) {
    return new ControllerFault('token-untrusted', 'expected a token signed by this cluster, got a wrong signature', { cause });
  }
  return new ControllerFault('token-malformed', 'expected a service-account token, got something else', { cause });
}
