import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TokenSigners } from '../../src/apps/controller/ports.ts';

export interface TokenClaims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly uid?: string;
  readonly serviceAccount?: string;
  /** Milliseconds since the epoch. */
  readonly expires?: number;
  /** Leaves out what binds the token to a pod. */
  readonly unbound?: boolean;
}

/** Signs tokens as an API server does for projected volumes. */
export class FakeTokenIssuer {
  static readonly ISSUER = 'https://kubernetes.default.svc.cluster.local';
  readonly kid: string;
  readonly #privateKey: CryptoKey;
  readonly #jwk: JWK;

  private constructor(kid: string, privateKey: CryptoKey, jwk: JWK) {
    this.kid = kid;
    this.#privateKey = privateKey;
    this.#jwk = jwk;
  }

  static async create(kid = 'key-1'): Promise<FakeTokenIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return new FakeTokenIssuer(kid, privateKey, { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' });
  }

  signers(...others: readonly FakeTokenIssuer[]): TokenSigners {
    return { issuer: FakeTokenIssuer.ISSUER, keys: { keys: [this, ...others].map((issuer) => issuer.#jwk) } };
  }

  async token(claims: TokenClaims = {}): Promise<string> {
    const { issuer = FakeTokenIssuer.ISSUER, audience = 'sallyport', namespace = 'agents', pod = 'triage-1', uid = 'uid-1' } = claims;
    const { serviceAccount = 'triage', expires = Date.now() + 600_000, unbound = false } = claims;
    const bound = { namespace, serviceaccount: { name: serviceAccount, uid: 'sa-uid' }, ...(unbound ? {} : { pod: { name: pod, uid } }) };
    return new SignJWT({ 'kubernetes.io': bound })
      .setProtectedHeader({ alg: 'ES256', kid: this.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount}`)
      .setIssuedAt()
      .setExpirationTime(Math.floor(expires / 1000))
      .sign(this.#privateKey);
  }
}
