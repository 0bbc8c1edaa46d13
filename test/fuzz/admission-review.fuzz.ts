import { isDeepStrictEqual } from 'node:util';
import { readAdmissionReview } from '../../src/apps/webhook/admission-review.ts';
import { ReviewFault } from '../../src/apps/webhook/fault.ts';
import { reviewOf } from '../apps/webhook/review.ts';

export const name = 'admission-review';

export const seeds: Uint8Array[] = [
  Buffer.from(JSON.stringify(reviewOf())),
  Buffer.from(JSON.stringify(reviewOf({ operation: 'UPDATE', subResource: 'ephemeralcontainers', oldObject: { metadata: { name: 'a' } } }))),
];

export const tokens: Uint8Array[] = ['"uid":', '"request":{', '"kind":', '"\\u0075id":"x"', '"__proto__":{', 'null', '{}', '[]', '\\"', '\u00e9'].map((word) => Buffer.from(word));

/** Whatever is accepted has one meaning: written down and read again it is the same. Whatever is not is refused with our own fault. */
export function target(bytes: Uint8Array): void {
  let request;
  try {
    request = readAdmissionReview(bytes);
  } catch (error) {
    if (error instanceof ReviewFault) return;
    throw error;
  }
  const again = readAdmissionReview(Buffer.from(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })));
  if (!isDeepStrictEqual(again, request)) throw new Error('reads differently the second time');
  const plain = JSON.parse(Buffer.from(bytes).toString()).request;
  if (!isDeepStrictEqual(plain.object ?? undefined, request.object)) throw new Error('reads another object than JSON.parse does');
}
