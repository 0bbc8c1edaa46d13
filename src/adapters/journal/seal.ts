import { createCipheriv, createSecretKey, diffieHellman, generateKeyPairSync, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { EvidenceKey } from './evidence-key.ts';

/** An ephemeral key serves this long, and this many seals. */
const EPHEMERAL_LIFE = 1000;
const EPHEMERAL_USES = 10_000;

/** Fields of the Concat KDF that are the same for every message. */
const ROUND = counter(1);
const ALGORITHM = Buffer.concat([counter(7), Buffer.from('A256GCM')]);
const SUFFIX = Buffer.concat([counter(0), counter(256)]);

interface Agreement {
  readonly made: number;
  readonly secret: Buffer;
  readonly epk: object;
  uses: number;
}

export type Seal = (plaintext: Uint8Array) => string;

/**
 * Seals to a public key: compact JWE (RFC 7516), `ECDH-ES` with `A256GCM`, that jose and others open.
 *
 * jose itself makes an ephemeral key for each message, which costs 800 us, ten times the rest of a call. Here one key agreement
 * serves a second, and each message derives a content key of its own from it, told apart by a random `apu` (RFC 7518 section
 * 4.6.2 hashes it in). The agreed secret then dies, so what is sealed cannot be opened by whoever takes the process later. See
 * docs/decisions/0007-payloads-in-packs.md.
 */
export function createSeal(key: EvidenceKey, now: () => number, randomBytes: (size: number) => Uint8Array): Seal {
  let agreement: Agreement | undefined;
  return (plaintext) => {
    const time = now();
    if (agreement === undefined || Math.abs(time - agreement.made) >= EPHEMERAL_LIFE || agreement.uses >= EPHEMERAL_USES) {
      agreement?.secret.fill(0);
      agreement = agree(key.publicKey, time);
    }
    agreement.uses += 1;
    return encrypt(plaintext, key.id, agreement, randomBytes(16), randomBytes(12));
  };
}

function agree(publicKey: KeyObject, made: number): Agreement {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = ephemeral.publicKey.export({ format: 'jwk' });
  return { made, secret: diffieHellman({ privateKey: ephemeral.privateKey, publicKey }), epk: { kty, crv, x, y }, uses: 0 };
}

function encrypt(plaintext: Uint8Array, kid: string, { secret, epk }: Agreement, party: Uint8Array, iv: Uint8Array): string {
  const apu = Buffer.from(party).toString('base64url');
  const header = Buffer.from(JSON.stringify({ alg: 'ECDH-ES', enc: 'A256GCM', kid, epk, apu })).toString('base64url');
  // As a key object: with the bare bytes, making the cipher costs 10 us more.
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(deriveKey(secret, party)), iv);
  cipher.setAAD(Buffer.from(header, 'ascii'));
  // GCM is a stream cipher: `final` gives no more bytes.
  const sealed = cipher.update(plaintext).toString('base64url');
  cipher.final();
  // Direct agreement has no encrypted key: the second part is empty.
  return `${header}..${Buffer.from(iv).toString('base64url')}.${sealed}.${cipher.getAuthTag().toString('base64url')}`;
}

/** Concat KDF of RFC 7518 section 4.6.2, one round: 256 bits for `A256GCM`, no PartyVInfo. */
function deriveKey(secret: Buffer, party: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([ROUND, secret, ALGORITHM, counter(party.length), party, SUFFIX]), 'buffer');
}

function counter(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
