import type { ReasonCode } from '../../terms/reason.ts';

/** Bytes that do not say one thing in the Model Context Protocol. */
export class McpFault extends Error {
  override readonly name = 'McpFault';
  readonly reason: Extract<ReasonCode, 'message-unread' | 'message-mismatch' | 'body-unreadable'>;

  constructor(reason: McpFault['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
