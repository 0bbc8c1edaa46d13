import { errors, jwtVerify, SignJWT, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { AgentPolicy } from '../../core/policy/model.ts';
import type { Subject } from '../../core/terms/subject.ts';
import { LinkFault } from './fault.ts';
import { LINK_ALGORITHM, type LinkSigner } from './key.ts';

/** What one line of `GET /v1/snapshot` tells one pod. */
export interface SnapshotMessage {
  /** Strictly rising for one pod, also across restarts of the controller. */
  readonly generation: number;
  /** Of the compiled snapshot, as `Snapshot.digest`. */
  readonly digest: string;
  /** Who the pod is; `uid` in it is the pod's. */
  readonly subject: Subject & { readonly uid: string };
  /** The policies that select the pod. */
  readonly policies: readonly AgentPolicy[];
  /** One sentence for each policy of the pod that could not be read. */
  readonly problems: readonly string[];
}

/** The same as it was read: `policies` has still to pass the schema. */
export type ReadMessage = Omit<SnapshotMessage, 'policies'> & { readonly policies: readonly unknown[] };

const ISSUER = 'sallyport-controller';
const TYPE = 'sallyport-snapshot+jwt';

/** Seconds by which the clocks of two nodes may differ. */
const CLOCK_TOLERANCE = 60;

const CLAIMS = z.object({
  uid: z.string().min(1),
  generation: z.int().positive(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  subject: z.object({
    namespace: z.string().min(1),
    agent: z.string().min(1),
    serviceAccount: z.string().optional(),
    pod: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  policies: z.array(z.unknown()),
  problems: z.array(z.string()).default([]),
});

/**
 * One line of the stream, without its line break: a compact JWS (RFC 7515) whose claims are a JWT's (RFC 7519).
 *
 * `lifetime` in milliseconds bounds how long somebody who kept the line could show it again.
 */
export async function signMessage(message: SnapshotMessage, signer: LinkSigner, now: number, lifetime: number): Promise<string> {
  const { subject: { uid, ...subject }, ...claims } = message;
  return new SignJWT({ ...claims, uid, subject })
    .setProtectedHeader({ alg: LINK_ALGORITHM, kid: signer.kid, typ: TYPE })
    .setIssuer(ISSUER)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor((now + lifetime) / 1000))
    .sign(signer.privateKey);
}

/**
 * Verifies one line and reads its claims.
 *
 * @throws LinkFault `signature-wrong`, `message-expired`, `message-malformed`.
 */
export async function openMessage(line: string, keys: JWTVerifyGetKey, now: number): Promise<ReadMessage> {
  const claims = CLAIMS.safeParse(await verified(line, keys, now));
  if (!claims.success) throw new LinkFault('message-malformed', `expected the claims of a snapshot: ${z.prettifyError(claims.error)}`);
  const { uid, subject, ...rest } = claims.data;
  // JSON knows no undefined members, so what is optional here is really absent.
  return { ...rest, subject: { ...subject, uid } as ReadMessage['subject'] };
}

async function verified(line: string, keys: JWTVerifyGetKey, now: number): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(line, keys, {
      algorithms: [LINK_ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      requiredClaims: ['iat', 'exp'],
      currentDate: new Date(now),
      clockTolerance: CLOCK_TOLERANCE,
    });
    return payload;
  } catch (cause) {
    throw faultOf(cause);
  }
}

function faultOf(cause: unknown): LinkFault {
  if (cause instanceof errors.JWTExpired) return new LinkFault('message-expired', 'expected a line that is still valid, got one that has expired', { cause });
  if (cause instanceof errors.JWSSignatureVerificationFailed || cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JOSEAlgNotAllowed) {
    return new LinkFault('signature-wrong', `expected a line signed with a key of this installation: ${cause.message}`, { cause });
  }
  return new LinkFault('message-malformed', `expected a signed line: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
