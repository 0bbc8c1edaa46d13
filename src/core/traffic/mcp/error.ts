import { REASONS, type ReasonCode } from '../../terms/reason.ts';
import type { Refused } from '../problem.ts';
import type { RpcId } from './envelope.ts';

/** From the range that JSON-RPC leaves to implementations and MCP does not use (-32000 to -32019). */
const REFUSED = -32007;

/** Where the protocols have words of their own: JSON-RPC 2.0 section 5.1, MCP 2026-07-28 (HeaderMismatch). */
const CODES: Partial<Record<ReasonCode, number>> = {
  'body-unreadable': -32700,
  'message-unread': -32600,
  'message-mismatch': -32020,
  'arguments-unfit': -32602,
};

/** The answer to a request that was refused, in words that a client can show. `id` null: it answers no request in particular. */
export function rpcError(id: RpcId | null, { reason, sentence, rule, call, hint }: Refused): object {
  return {
    jsonrpc: '2.0',
    id,
    error: {
      code: CODES[reason] ?? REFUSED,
      message: `${REASONS[reason].title}: ${sentence}`,
      data: { reason, ...(rule && { rule: `${rule.tool}/${rule.rule}`, policy: rule.policy }), ...(call !== undefined && { call }), ...(hint !== undefined && { hint }) },
    },
  };
}
