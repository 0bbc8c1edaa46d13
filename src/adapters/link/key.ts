import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import { LinkFault } from './fault.ts';

export const LINK_ALGORITHM = 'EdDSA';

/** Signs what goes over the link. */
export interface LinkSigner {
  readonly kid: string;
  /** The public key as sidecars are told it: 32 bytes, base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** A new Ed25519 private key, PKCS #8 PEM. */
export function generateLinkKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** @throws LinkFault `key-invalid`. */
export function readLinkSigner(pem: string): LinkSigner {
  const privateKey = readPrivateKey(pem);
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { kid: thumbprint(x), publicKey: x, privateKey };
}

/**
 * The keys of which one must have signed, found by `kid`.
 *
 * @throws LinkFault `key-invalid` for a key that is not 32 bytes of base64url, or if there is none.
 */
export function readLinkKeys(publicKeys: readonly string[]): JWTVerifyGetKey {
  if (publicKeys.length === 0) throw new LinkFault('key-invalid', 'expected at least one key to verify the link with, got none');
  for (const key of publicKeys) {
    if (!/^[\w-]{43}$/.test(key) || Buffer.from(key, 'base64url').length !== 32) {
      throw new LinkFault('key-invalid', `expected an Ed25519 public key of 32 bytes in base64url, got ${JSON.stringify(key)}`);
    }
  }
  return createLocalJWKSet({ keys: publicKeys.map((x) => ({ kty: 'OKP', crv: 'Ed25519', x, kid: thumbprint(x), alg: LINK_ALGORITHM, use: 'sig' })) });
}

function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new TypeError(`its type is ${key.asymmetricKeyType}`);
  } catch (cause) {
    throw new LinkFault('key-invalid', 'expected an Ed25519 private key in PKCS #8 PEM, got something else', { cause });
  }
}

// RFC 7638, section 3, with the members that RFC 8037, section 2, requires, in lexical order.
function thumbprint(x: string): string {
  return hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
}
