export type LinkFaultCode =
  | 'token-unreadable'
  | 'unreachable'
  | 'refused'
  | 'silent'
  | 'line-too-long'
  | 'key-invalid'
  | 'signature-wrong'
  | 'message-malformed'
  | 'message-expired'
  | 'subject-wrong'
  | 'generation-old'
  | 'policy-malformed'
  | 'digest-wrong';

/** Why the link is down, or a line that came over it was not obeyed. */
export class LinkFault extends Error {
  override readonly name = 'LinkFault';
  readonly code: LinkFaultCode;

  constructor(code: LinkFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
