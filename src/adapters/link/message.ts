import { errors, jwtVerify, SignJWT, type JWTVerifyGetKey } from 'jose';
import { type EvidenceJwk, evidenceKeyId } from '../../core/evidence/evidence-jwk.ts';
import { shapeFindings } from '../../core/policy/check-shape.ts';
import type { JsonSchema } from '../../core/policy/json-schema.ts';
import type { AgentPolicy } from '../../core/policy/model.ts';
import { formatPath } from '../../core/policy/problem.ts';
import { errorText } from '../../core/terms/error-text.ts';
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
  /** What the sidecar seals payloads to; it never holds what opens them. */
  readonly evidenceKey: EvidenceJwk;
}

/** The same as it was read: `policies` has still to pass the schema. */
export type ReadMessage = Omit<SnapshotMessage, 'policies'> & { readonly policies: readonly unknown[] };

const ISSUER = 'sallyport-controller';
const TYPE = 'sallyport-snapshot+jwt';

/** Seconds by which the clocks of two nodes may differ. */
const CLOCK_TOLERANCE = 60;

const TEXT: JsonSchema = { type: 'string' };
const WORD: JsonSchema = { type: 'string', minLength: 1 };

const SUBJECT: JsonSchema = {
  type: 'object',
  properties: { namespace: WORD, agent: WORD, serviceAccount: TEXT, pod: TEXT, labels: { type: 'object', additionalProperties: TEXT } },
  required: ['namespace', 'agent'],
};

const COORDINATE: JsonSchema = { type: 'string', minLength: 43, maxLength: 43 };

const EVIDENCE_KEY: JsonSchema = {
  type: 'object',
  properties: { kty: { type: 'string', const: 'EC' }, crv: { type: 'string', const: 'P-256' }, x: COORDINATE, y: COORDINATE, kid: WORD },
  required: ['kty', 'crv', 'x', 'y', 'kid'],
};

/** Whether the digest is one shows when it is compared. */
const CLAIMS: JsonSchema = {
  type: 'object',
  properties: {
    uid: WORD,
    generation: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    digest: TEXT,
    subject: SUBJECT,
    policies: { type: 'array' },
    problems: { type: 'array', items: TEXT },
    evidenceKey: EVIDENCE_KEY,
  },
  required: ['uid', 'generation', 'digest', 'subject', 'policies', 'evidenceKey'],
};

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
  const claims = known(await verified(line, keys, now), CLAIMS);
  const read = { ...claims, subject: known(claims['subject'], SUBJECT), evidenceKey: known(claims['evidenceKey'], EVIDENCE_KEY) };
  const findings = shapeFindings(read, CLAIMS);
  if (findings.length > 0) throw new LinkFault('message-malformed', `expected the claims of a snapshot: ${findings.map(({ path, message }) => `${formatPath(path)} ${message}`).join('; ')}`);
  // Sound: CLAIMS says just this.
  const { uid, subject, problems = [], ...rest } = read as unknown as Omit<ReadMessage, 'problems'> & { readonly uid: string; readonly problems?: readonly string[] };
  requireOwnName(rest.evidenceKey);
  return { ...rest, problems, subject: { ...subject, uid } };
}

/** Records name the key by its thumbprint, and whoever opens payloads looks for it by that name. */
function requireOwnName({ x, y, kid }: EvidenceJwk): void {
  const name = evidenceKeyId(x, y);
  if (kid !== name) throw new LinkFault('message-malformed', `expected the evidence key to be named by its thumbprint ${name}, got ${kid}`);
}

/** The members that a schema names. What a newer controller says besides is ignored: what has to be obeyed stands in the policies, which are read strictly. */
function known(value: unknown, { properties = {} }: JsonSchema): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([name]) => Object.hasOwn(properties, name)));
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
  return new LinkFault('message-malformed', `expected a signed line: ${errorText(cause)}`, { cause });
}
