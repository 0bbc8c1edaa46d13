import { createECDH, createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { type EvidenceJwk, evidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { JournalFault } from './fault.ts';

/** What payloads are sealed to, and what opens them. */
export interface EvidencePair {
  readonly publicKey: EvidenceJwk;
  readonly privateKey: EvidenceJwk & { readonly d: string };
}

/** A new P-256 private key, PKCS #8 PEM. */
export function generateEvidenceKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/**
 * The pair of a private key, in PEM (PKCS #8 or SEC 1) or as a JWK.
 *
 * @throws JournalFault `key-invalid`; its message holds nothing of the text.
 */
export function readEvidencePair(text: string): EvidencePair {
  try {
    const { crv, d = '' } = createPrivateKey(isJson(text) ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' } : text).export({ format: 'jwk' });
    if (crv !== 'P-256') throw new TypeError('another kind of key');
    const publicKey = publicHalf(d);
    return { publicKey, privateKey: { ...publicKey, d } };
  } catch {
    throw new JournalFault('key-invalid', `expected the private half of an evidence key, EC on P-256 in PEM or as a JWK, got ${isPublic(text) ? 'only a public half' : 'something else'}`);
  }
}

/** Made anew from the secret number: a JWK may name a point that is not its own, and Node takes it at its word. */
function publicHalf(d: string): EvidenceJwk {
  const half = createECDH('prime256v1');
  half.setPrivateKey(Buffer.from(d, 'base64url'));
  // SEC 1, section 2.3.3: 0x04, then both coordinates.
  const point = half.getPublicKey();
  return evidenceJwk({ x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') });
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function isPublic(text: string): boolean {
  return isJson(text) ? text.includes('"x"') && !text.includes('"d"') : text.includes('PUBLIC KEY');
}
