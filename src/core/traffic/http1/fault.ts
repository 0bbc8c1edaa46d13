import type { ReasonCode } from '../../terms/reason.ts';

/** What was wrong with the bytes, the same words for requests and responses. */
export type FaultCode =
  | 'not-http1'
  | 'start-line-malformed'
  | 'method-unknown'
  | 'target-malformed'
  | 'version-unsupported'
  | 'status-malformed'
  | 'line-end-malformed'
  | 'control-character'
  | 'field-malformed'
  | 'field-folded'
  | 'head-too-large'
  | 'too-many-fields'
  | 'host-malformed'
  | 'content-length-malformed'
  | 'transfer-encoding-unsupported'
  | 'framing-ambiguous'
  | 'connection-malformed'
  | 'expect-unsupported'
  | 'chunk-malformed'
  | 'trailer-forbidden'
  | 'response-unexpected'
  | 'switch-refused'
  | 'message-cut-short'
  | 'answer-unread'
  | 'unwritable';

const REQUEST_REASONS: Partial<Record<FaultCode, ReasonCode>> = {
  'not-http1': 'protocol-unknown',
  'head-too-large': 'header-too-large',
  'too-many-fields': 'header-too-large',
  'host-malformed': 'host-malformed',
  'message-cut-short': 'client-gone',
};

/** Bytes that are not exactly one HTTP/1 message, or a message that must not be written. The reader that threw it is unusable afterwards. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault';
  readonly code: FaultCode;
  /** How the call is refused or failed on account of it. */
  readonly reason: ReasonCode;

  constructor(code: FaultCode, message: string, side: 'request' | 'response' = 'request') {
    super(message);
    this.code = code;
    this.reason = side === 'response' ? 'upstream-malformed' : REQUEST_REASONS[code] ?? 'request-malformed';
  }

  /** The same fault, found in what the upstream sent. */
  fromUpstream(): ProtocolFault {
    return new ProtocolFault(this.code, this.message, 'response');
  }
}
