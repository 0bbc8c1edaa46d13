import type { ProtocolMessage } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import { REASONS } from '../../terms/reason.ts';
import type { Refused } from '../problem.ts';
import type { RpcId } from './envelope.ts';
import { rpcError } from './error.ts';

/** Of the media type application/json. */
export interface RpcRefusal {
  readonly status: number;
  readonly body: string;
}

/**
 * How a refused POST to an MCP endpoint is answered. Where it was read and holds requests: by status 200 and an error for each,
 * which clients of all protocol versions hand to whoever called; by another status they would show no more than that. What was no
 * MCP message, or asks for no answer, is refused by the status itself.
 */
export function rpcRefusal(refused: Refused, messages: readonly ProtocolMessage[], body: Uint8Array): RpcRefusal {
  const ids = [...new Set(messages.flatMap((message) => (message.kind === 'mcp' && message.id !== undefined ? [message.id] : [])))];
  const [first] = ids;
  if (first === undefined) return { status: statusOf(refused), body: JSON.stringify(rpcError(idIn(body), refused)) };
  const batch = messages.length > 0 && body.find((byte) => byte > 0x20) === 0x5b;
  return { status: 200, body: JSON.stringify(batch ? ids.map((id) => rpcError(id, refused)) : rpcError(first, refused)) };
}

/** What is malformed is so by 400 in every version. */
function statusOf({ reason }: Refused): number {
  return reason === 'message-unread' || reason === 'body-unreadable' ? 400 : REASONS[reason].status;
}

/** Of a message that was not understood in another point. */
function idIn(body: Uint8Array): RpcId | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    const id = isObject(json) ? json['id'] : null;
    return typeof id === 'string' || typeof id === 'number' ? id : null;
  } catch {
    return null;
  }
}
