import type { StatusCode } from './status.ts';

export type ReviewFaultCode = 'content-type' | 'too-large' | 'not-utf8' | 'not-json' | 'duplicate-key' | 'too-deep' | 'not-a-review' | 'not-found' | 'method';

const STATUS: Readonly<Record<ReviewFaultCode, StatusCode>> = {
  'content-type': 415,
  'too-large': 413,
  'not-utf8': 400,
  'not-json': 400,
  'duplicate-key': 400,
  'too-deep': 400,
  'not-a-review': 400,
  'not-found': 404,
  method: 405,
};

/** A request that cannot be read as exactly one AdmissionReview. The API server takes its status for a failed call, which with `failurePolicy: Fail` refuses the object. */
export class ReviewFault extends Error {
  override readonly name = 'ReviewFault';
  readonly code: ReviewFaultCode;
  readonly status: StatusCode;

  constructor(code: ReviewFaultCode, message: string) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
  }
}
