import { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Pod } from '../checks/pod.ts';
import { type Fact, known, unknown } from '../terms/fact.ts';
import { RECEIPT_ANNOTATION } from '../terms/fixed-names.ts';
import { isObject } from '../terms/is-object.ts';
import { arrangementOf } from './arrangement.ts';

type Labels = Readonly<Record<string, string>>;

/** An Ed25519 signature (RFC 8032) of 64 bytes over a message. */
export type ReceiptSigner = (message: Uint8Array) => Uint8Array;

/** Keeps the annotation far below the 256 KiB that the API server allows for all of a pod's. */
const LONGEST = 65_536;

/** Names what is signed, so that no other signature of that key could ever pass for a receipt. */
const SUBJECT = 'sallyport.dev/receipt/v1';

/**
 * The receipt for a pod that was just injected: says, in the annotation `sallyport.dev/receipt`, that this arrangement of the sidecar was
 * made by us, in this namespace, for a pod with these labels. Settings and code move on while pods run; then it is what still proves them.
 *
 * JSON `{"labels": {...}, "signature": base64url}`. Absent for labels of more than 64 KiB and for what has no canonical JSON: such a pod
 * is proven by derivation alone.
 */
export function issueReceipt(pod: Pod, sign: ReceiptSigner): string | undefined {
  const labels = pod.metadata?.labels ?? {};
  const message = signedText(pod, labels);
  if (message === undefined) return undefined;
  const receipt = JSON.stringify({ labels, signature: Buffer.from(sign(message)).toString('base64url') });
  return receipt.length > LONGEST ? undefined : receipt;
}

/**
 * Reads the receipts that one of these public keys (base64url of 32 bytes each) signed. The answer is what the labels of the pod were
 * when it was injected, or why its receipt proves nothing: none, another key's, or no longer the arrangement that the pod has.
 *
 * A copy on another pod proves what the original proves: that arrangement, in that namespace, for those labels.
 */
export function receiptReader(publicKeys: readonly string[]): (pod: Pod) => Fact<Labels> {
  const keys = publicKeys.map((x) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }));
  return (pod) => {
    const text = pod.metadata?.annotations?.[RECEIPT_ANNOTATION];
    if (text === undefined) return unknown('the pod carries no receipt of its injection');
    const receipt = parse(text);
    if (receipt === undefined) return unknown('the receipt of its injection cannot be read');
    return isSigned(pod, receipt, keys) ? known(receipt.labels) : unknown('the receipt of its injection is not one of ours over the sidecar that the pod has');
  };
}

interface Receipt {
  readonly labels: Labels;
  readonly signature: string;
}

function parse(text: string): Receipt | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const receipt: unknown = JSON.parse(text);
    if (!isObject(receipt) || typeof receipt['signature'] !== 'string' || !isLabels(receipt['labels'])) return undefined;
    return { labels: receipt['labels'], signature: receipt['signature'] };
  } catch {
    return undefined;
  }
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isSigned(pod: Pod, { labels, signature }: Receipt, keys: readonly KeyObject[]): boolean {
  const message = signedText(pod, labels);
  return message !== undefined && keys.some((key) => verify(null, message, key, Buffer.from(signature, 'base64url')));
}

/** Canonical JSON (RFC 8785); undefined for what has none, such as half a surrogate pair. */
function signedText(pod: Pod, labels: Labels): Uint8Array | undefined {
  try {
    const text = canonicalize({ subject: SUBJECT, namespace: pod.metadata?.namespace ?? '', labels, arrangement: arrangementOf(pod) });
    return text === undefined ? undefined : Buffer.from(text, 'utf8');
  } catch {
    return undefined;
  }
}
