import type { HttpAction, McpMessage } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { JsonFault } from '../json/fault.ts';
import { parseJson } from '../json/parse.ts';
import { readEnvelope, unread } from './envelope.ts';
import { McpFault } from './fault.ts';
import { checkHeaders } from './headers.ts';
import { messagesOf } from './message.ts';

/** Query parameters by which some servers take a call without a body, or another one than the body's. */
const SPOKEN_IN_QUERY = new Set(['jsonrpc', 'method', '_method', 'params', 'message', 'arguments']);

/**
 * What a request to an MCP endpoint asks for (Streamable HTTP, of all protocol versions): its messages, each of a batch. None for
 * GET, which opens a stream, DELETE, which ends a session, and responses to what the server asked.
 *
 * Everything else on such an endpoint is refused: another method or media type may be read by somebody and was judged by nobody.
 * Throws `McpFault`.
 */
export function readMcp({ method, query, headers, body }: Pick<HttpAction, 'method' | 'query' | 'headers' | 'body'>): readonly McpMessage[] {
  refuseQuery(query);
  if (method === 'GET' || method === 'DELETE') {
    if (body !== undefined && body.bytes.length > 0) throw unread(`expected ${method} without a body, got one`);
    return [];
  }
  if (method !== 'POST') throw unread(`expected POST, GET or DELETE, got ${method}`);
  const types = headers.filter(([name]) => name === 'content-type').map(([, value]) => value);
  if (types.length !== 1 || !isJsonType(types[0] ?? '')) throw unread(`expected the media type application/json, got ${types.length === 0 ? 'none' : quoted(types.join(', '))}`);
  const envelope = readEnvelope(json(body));
  const messages = envelope.messages.flatMap((message) => (message.kind === 'response' ? [] : messagesOf(message)));
  checkHeaders(headers, envelope);
  return messages;
}

/** JSON is UTF-8; who says otherwise means other text than was judged. */
export function isJsonType(value: string): boolean {
  return /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i.test(value);
}

function json(body: HttpAction['body']): unknown {
  if (body === undefined) throw new McpFault('body-unreadable', 'expected a body, got none');
  if (body.json !== undefined) return body.json;
  try {
    return parseJson(body.bytes);
  } catch (error) {
    if (error instanceof JsonFault) throw new McpFault('body-unreadable', error.message);
    throw error;
  }
}

function refuseQuery(query: string): void {
  const names = query.split(/[&;]/).map((part) => part.split('=', 1)[0]?.toLowerCase() ?? '');
  const spoken = names.find((name) => SPOKEN_IN_QUERY.has(decoded(name)));
  if (spoken !== undefined) throw unread(`expected the message in the body, got ${quoted(spoken)} in the query`);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase();
  } catch {
    return name;
  }
}
