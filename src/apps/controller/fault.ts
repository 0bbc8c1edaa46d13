export type ControllerFaultCode =
  | 'token-missing'
  | 'token-malformed'
  | 'token-untrusted'
  | 'token-expired'
  | 'token-foreign'
  | 'token-unbound'
  | 'keys-unavailable'
  | 'pod-unknown'
  | 'pod-mismatch'
  | 'pod-ended'
  | 'not-current'
  | 'too-many-streams';

const STATUS: Readonly<Record<ControllerFaultCode, 401 | 403 | 503>> = {
  'token-missing': 401,
  'token-malformed': 401,
  'token-untrusted': 401,
  'token-expired': 401,
  'token-foreign': 401,
  'token-unbound': 403,
  'keys-unavailable': 503,
  'pod-unknown': 403,
  'pod-mismatch': 403,
  'pod-ended': 403,
  'not-current': 503,
  'too-many-streams': 503,
};

/** Why a sidecar is not answered; the message says what was expected and what was got. */
export class ControllerFault extends Error {
  override readonly name = 'ControllerFault';
  readonly code: ControllerFaultCode;

  constructor(code: ControllerFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** HTTP status of the answer. */
  get status(): 401 | 403 | 503 {
    return STATUS[this.code];
  }
}
