import { Buffer } from 'node:buffer';
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { InjectedAs } from '../admission/context.ts';
import { claimedOwner } from '../admission/workload-owner.ts';
import type { Pod } from '../checks/pod.ts';
import { isForTheNode } from '../checks/runtime-annotations.ts';
import { type Fact, known, unknown } from '../terms/fact.ts';
import { RECEIPT_ANNOTATION } from '../terms/fixed-names.ts';
import { isObject } from '../terms/is-object.ts';
import { isStringMap } from '../terms/string-map.ts';
import { arrangementOf } from './arrangement.ts';

type Labels = Readonly<Record<string, string>>;

/** An Ed25519 signature (RFC 8032) of 64 bytes over a message. */
export type ReceiptSigner = (message: Uint8Array) => Uint8Array;

/** Keeps the annotation far below the 256 KiB that the API server allows for all of a pod's. */
const LONGEST = 65_536;

/** Name what is signed, so that no other signature of that key could ever pass for one of these. */
const SUBJECT = 'sallyport.dev/receipt/v1';
const MADE_SUBJECT = 'sallyport.dev/receipt-made/v1';

/**
 * The receipt for a pod that was just injected: says, in the annotation `sallyport.dev/receipt`, that this arrangement of the sidecar was
 * made by us, in this namespace, for a pod with these labels. Settings and code move on while pods run; then it is what still proves them.
 *
 * JSON `{"labels": {...}, "signature": base64url, "made": base64url}`. `made`, where one of Kubernetes' own controllers asks, signs the
 * pod's owner and its whole spec: what proves the sidecar has to outlive changes of the spec, and who made it must not.
 *
 * Absent for labels of more than 64 KiB and for what has no canonical JSON: such a pod is proven by derivation alone.
 */
export function issueReceipt(pod: Pod, sign: ReceiptSigner, byController = false): string | undefined {
  const labels = pod.metadata?.labels ?? {};
  const message = signedText(pod, labels);
  if (message === undefined) return undefined;
  const made = byController ? madeText(pod) : undefined;
  const signed = (text: Uint8Array): string => Buffer.from(sign(text)).toString('base64url');
  const receipt = JSON.stringify({ labels, signature: signed(message), ...(made && { made: signed(made) }) });
  return receipt.length > LONGEST ? undefined : receipt;
}

/**
 * Reads the receipts that one of these public keys (base64url of 32 bytes each) signed. The answer is how the pod was injected,
 * or why its receipt proves nothing: none, another key's, or no longer the arrangement that the pod has.
 *
 * A copy on another pod proves what the original proves: that arrangement, in that namespace, for those labels; and that a
 * controller made it only where owner and spec are the original's too.
 */
export function receiptReader(publicKeys: readonly string[]): (pod: Pod) => Fact<InjectedAs> {
  const keys = publicKeys.map((x) => createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }));
  return (pod) => {
    const text = pod.metadata?.annotations?.[RECEIPT_ANNOTATION];
    if (text === undefined) return unknown('the pod carries no receipt of its injection');
    const receipt = parse(text);
    if (receipt === undefined) return unknown('the receipt of its injection cannot be read');
    const { labels, signature, made } = receipt;
    return isSigned(signedText(pod, labels), signature, keys)
      ? known({ labels, byController: made !== undefined && isSigned(madeText(pod), made, keys) })
      : unknown('the receipt of its injection is not one of ours over the sidecar that the pod has');
  };
}

interface Receipt {
  readonly labels: Labels;
  readonly signature: string;
  readonly made?: string;
}

function parse(text: string): Receipt | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const receipt: unknown = JSON.parse(text);
    if (!isObject(receipt) || typeof receipt['signature'] !== 'string' || !isStringMap(receipt['labels'])) return undefined;
    const { labels, signature, made } = receipt;
    return { labels, signature, ...(typeof made === 'string' && { made }) };
  } catch {
    return undefined;
  }
}

function isSigned(message: Uint8Array | undefined, signature: string, keys: readonly KeyObject[]): boolean {
  return message !== undefined && keys.some((key) => verify(null, message, key, Buffer.from(signature, 'base64url')));
}

function signedText(pod: Pod, labels: Labels): Uint8Array | undefined {
  return canonical({ subject: SUBJECT, namespace: pod.metadata?.namespace ?? '', labels, arrangement: arrangementOf(pod) });
}

/** Undefined for a pod of nobody's. Which node it is sent to and what joins it later is no part of what was made. */
function madeText(pod: Pod): Uint8Array | undefined {
  const owner = claimedOwner(pod);
  const { nodeName: _, ephemeralContainers: __, ...spec } = pod.spec;
  const annotations = Object.fromEntries(Object.entries(pod.metadata?.annotations ?? {}).filter(([name]) => isForTheNode(name)));
  return owner === undefined ? undefined : canonical({ subject: MADE_SUBJECT, namespace: pod.metadata?.namespace ?? '', owner, spec, annotations });
}

/** Canonical JSON (RFC 8785); undefined for what has none, such as half a surrogate pair. */
function canonical(value: object): Uint8Array | undefined {
  try {
    const text = canonicalize(value);
    return text === undefined ? undefined : Buffer.from(text, 'utf8');
  } catch {
    return undefined;
  }
}
