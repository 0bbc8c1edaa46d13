import { hash } from 'node:crypto';
import { compactDecrypt, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import type { PayloadFacts } from '../../core/evidence/draft.ts';
import { privateKey } from './evidence-key.ts';
import type { EvidencePair } from './evidence-pair.ts';
import { BlobReader } from './read-blob.ts';

export type OpenedPayload =
  /** Nothing was kept. */
  | { readonly state: 'none' }
  | { readonly state: 'missing' }
  /** What lies there is not what the record names, or not a blob of the journal's making. */
  | { readonly state: 'altered'; readonly sentence: string }
  /** The private half of key `key` is not in the folder, and was not given. */
  | { readonly state: 'sealed'; readonly key: string }
  | {
      readonly state: 'opened';
      readonly body: Uint8Array;
      readonly mediaType?: string;
      /** Whether SHA-256(salt || body) is the record's digest; undefined where not the whole body, as it was sent, was kept. */
      readonly digestHolds?: boolean;
    };

/** Opens what a record's payload facts point to, as far as the keys in the folder and the one that is given allow. */
export async function openPayload(directory: string, facts: PayloadFacts, given?: EvidencePair): Promise<OpenedPayload> {
  if (facts.blob === undefined) return { state: 'none' };
  using reader = new BlobReader(directory);
  const sealed = reader.read(facts.blob);
  if (sealed === undefined) return { state: 'missing' };
  const digest = hash('sha256', sealed, 'hex');
  if (digest !== facts.blob.digest) return { state: 'altered', sentence: `expected SHA-256 ${facts.blob.digest}, got ${digest}` };
  try {
    return await open(sealed.toString('ascii'), facts, (id) => (id === given?.publicKey.kid ? given.privateKey : privateKey(directory, id)));
  } catch {
    return { state: 'altered', sentence: 'expected a sealed payload (compact JWE) with its first line of JSON' };
  }
}

async function open(sealed: string, facts: PayloadFacts, keyOf: (id: string) => JWK | undefined): Promise<OpenedPayload> {
  const { kid } = decodeProtectedHeader(sealed);
  const key = keyOf(String(kid));
  if (key === undefined) return { state: 'sealed', key: String(kid) };
  const { plaintext } = await compactDecrypt(sealed, await importJWK(key, 'ECDH-ES'));
  const lineEnd = plaintext.indexOf(0x0a);
  const head = JSON.parse(Buffer.from(plaintext.subarray(0, lineEnd)).toString('utf8')) as { salt: string; mediaType?: unknown };
  const body = plaintext.subarray(lineEnd + 1);
  const digest = `sha256:${hash('sha256', Buffer.concat([Buffer.from(head.salt, 'hex'), body]), 'hex')}`;
  const isWhole = !facts.truncated && facts.redacted === undefined && facts.note === undefined;
  return {
    state: 'opened',
    body,
    ...(typeof head.mediaType === 'string' ? { mediaType: head.mediaType } : {}),
    ...(isWhole ? { digestHolds: digest === facts.digest } : {}),
  };
}
