import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { evidenceKeyId } from '../../core/evidence/evidence-jwk.ts';
import { generateEvidenceKey, readEvidencePair } from './evidence-pair.ts';
import { JournalFault, faultOf } from './fault.ts';
import { keyFolder } from './layout.ts';

/** The public key to which payloads are sealed. */
export interface EvidenceKey {
  /** RFC 7638 thumbprint. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

/**
 * The given key, noted in the folder; or the folder's own pair, made at its first use with the private half 0600.
 * Throws JournalFault `unusable` if it is not a P-256 key or cannot be kept.
 */
export function evidenceKey(directory: string, sealTo: JWK | undefined): EvidenceKey {
  const jwk = sealTo ?? ownPublicKey(directory) ?? makeOwnKey(directory);
  const key = readKey(jwk);
  if (sealTo !== undefined) writeOnce(join(keyFolder(directory), `${key.id}.public.json`), publicHalf(jwk), 0o644);
  return key;
}

/** The private half (JWK) of a key in the folder; undefined if it is not here. */
export function privateKey(directory: string, id: string): JWK | undefined {
  if (!/^[\w-]{43}$/.test(id)) return undefined;
  try {
    return JSON.parse(readFileSync(join(keyFolder(directory), `${id}.private.json`), 'utf8')) as JWK;
  } catch {
    return undefined;
  }
}

function ownPublicKey(directory: string): JWK | undefined {
  const name = readdirSync(keyFolder(directory)).sort().find((file) => file.endsWith('.private.json'));
  if (name === undefined) return undefined;
  const path = join(keyFolder(directory), name);
  try {
    return publicHalf(JSON.parse(readFileSync(path, 'utf8')) as JWK);
  } catch (error) {
    throw faultOf('reading', path, error, 'unusable');
  }
}

function makeOwnKey(directory: string): JWK {
  const { publicKey, privateKey } = readEvidencePair(generateEvidenceKey());
  const path = join(keyFolder(directory), publicKey.kid);
  writeOnce(`${path}.public.json`, publicKey, 0o644);
  writeOnce(`${path}.private.json`, privateKey, 0o600);
  return publicKey;
}

function readKey(jwk: JWK): EvidenceKey {
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') {
    throw new JournalFault('unusable', `expected the evidence key to be an EC key on P-256, got ${jwk.kty ?? 'none'} ${jwk.crv ?? ''}`.trimEnd());
  }
  try {
    return { id: evidenceKeyId(jwk.x ?? '', jwk.y ?? ''), publicKey: createPublicKey({ key: { ...publicHalf(jwk) }, format: 'jwk' }) };
  } catch (error) {
    throw new JournalFault('unusable', 'expected the evidence key to be a point on P-256', error);
  }
}

function publicHalf({ kty, crv, x, y }: JWK): JWK {
  return { kty, ...(crv === undefined ? {} : { crv }), ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) } as JWK;
}

function writeOnce(path: string, jwk: JWK, mode: number): void {
  try {
    writeFileSync(path, `${JSON.stringify(jwk)}\n`, { flag: 'wx', mode });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw faultOf('writing', path, error, 'unusable');
  }
}
