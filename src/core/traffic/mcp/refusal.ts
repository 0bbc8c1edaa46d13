import type { HttpAction } from '../../terms/action.ts';
import { REASONS } from '../../terms/reason.ts';
import { isObject } from '../../terms/is-object.ts';
import type { Refused } from '../problem.ts';
import { rpcError } from './error.ts';
import type { RpcId } from './envelope.ts';

/** A refusal as it is answered to a POST. */
export interface RpcRefusal {
  readonly status: number;
  /** Of the media type application/json. */
  readonly body: string;
}

/**
 * How a refused POST to an MCP endpoint is answered. Where it was read and holds requests: by status 200 and an error for each,
 * which clients of all protocol versions hand to whoever called; by another status they would show no more than that. What was no
 * MCP message, or asks for no answer, is refused by the status itself.
 */
export function rpcRefusal(refused: Refused, { messages = [], body }: Pick<HttpAction, 'messages' | 'body'>): RpcRefusal {
  const ids = [...new Set(messages.flatMap((message) => (message.kind === 'mcp' && message.id !== undefined ? [message.id] : [])))];
  const [first = null, ...others] = ids;
  if (first === null) return { status: REASONS[refused.reason].status, body: JSON.stringify(rpcError(idIn(body?.json), refused)) };
  const batch = Array.isArray(body?.json) || others.length > 0;
  return { status: 200, body: JSON.stringify(batch ? ids.map((id) => rpcError(id, refused)) : rpcError(first, refused)) };
}

/** Of a message that was not understood in another point. */
function idIn(json: unknown): RpcId | null {
  const id = isObject(json) ? json['id'] : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
