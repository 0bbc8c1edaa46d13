import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ReceiptSigner } from '../../core/injection/receipt.ts';
import { RECEIPT_KEY_SECRET } from '../../core/terms/fixed-names.ts';
import type { KubeClient } from './client.ts';
import { KubeFault } from './fault.ts';
import { keepKey } from './kept-key.ts';

export interface ReceiptKey {
  /** 32 bytes, base64url. */
  readonly publicKey: string;
  readonly sign: ReceiptSigner;
}

/**
 * The Ed25519 key that signs receipts of injection, from its Secret; made by whichever replica starts first. It is never replaced here:
 * whoever wants another one deletes the Secret and restarts the webhook, and what the old one signed stays proven by its public half.
 *
 * Rejects with `KubeFault`; `malformed` for a Secret that holds something else.
 */
export async function keepReceiptKey(client: KubeClient, namespace: string): Promise<ReceiptKey> {
  const privateKey = readKey(await keepKey(client, namespace, RECEIPT_KEY_SECRET, generateKey), namespace);
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { publicKey: x, sign: (message) => sign(null, message, privateKey) };
}

function generateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function readKey(pem: string, namespace: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new TypeError(`its type is ${key.asymmetricKeyType}`);
  } catch (cause) {
    throw new KubeFault('malformed', `expected an Ed25519 private key in Secret ${RECEIPT_KEY_SECRET} in ${namespace}, got something else; delete it and restart the webhook, which makes another`, { cause });
  }
}
