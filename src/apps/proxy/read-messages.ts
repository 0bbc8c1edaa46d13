import type { Needs } from '../../core/policy/needs.ts';
import type { Action, HttpAction } from '../../core/terms/action.ts';
import { readLlmRequest } from '../../core/traffic/llm/request.ts';
import { McpFault } from '../../core/traffic/mcp/fault.ts';
import { readMcp } from '../../core/traffic/mcp/read.ts';
import { malformed } from './read-action.ts';

/** The action with what it says in its tool's protocol; malformed, with the reason, where it was not read as that, unless it is only observed. */
export function withMessages(action: HttpAction, { protocol, provider, optional }: Needs): Action {
  if (protocol === 'mcp') return withMcpMessages(action, optional);
  if (protocol !== 'llm' || provider === undefined) return action;
  const reading = readLlmRequest(action, provider);
  if (reading.ok) return { ...action, messages: reading.messages };
  return optional ? action : malformed(action, 'message-unread', reading.sentence);
}

function withMcpMessages(action: HttpAction, optional: boolean): Action {
  try {
    return { ...action, messages: readMcp(action) };
  } catch (error) {
    if (!(error instanceof McpFault)) throw error;
    return optional ? action : malformed(action, error.reason, `The call is no MCP message: ${error.message}.`);
  }
}
