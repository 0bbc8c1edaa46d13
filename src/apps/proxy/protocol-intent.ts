import { grpcMessage } from '../../core/policy/messages.ts';
import type { Action, GrpcMessage, HttpAction, LlmMessage, McpMessage, ProtocolMessage } from '../../core/terms/action.ts';
import { isObject } from '../../core/terms/is-object.ts';
import type { GrpcIntent, LlmIntent, McpIntent, ProtocolIntent } from '../../core/terms/protocol-facts.ts';

const NONE: ProtocolIntent = Object.freeze({});

/** What the record of a call is told of its messages: names, and nothing that was said. */
export function protocolIntent(action: Action): ProtocolIntent {
  if (action.kind === 'tunnel') return { protocol: 'tcp' };
  const messages = action.kind === 'http' ? action.messages ?? [] : [];
  const [first] = messages;
  switch (first?.kind) {
    case 'mcp': return { protocol: 'mcp', mcp: messages.filter(isMcp).map(mcpIntent) };
    case 'llm': return { protocol: 'llm', llm: llmIntent(first, messages) };
    case 'grpc': return { protocol: 'grpc', grpc: grpcIntent(first) };
    case 'websocket': return { protocol: 'websocket' };
    case undefined: return action.kind === 'http' ? grpcOf(action) : NONE;
  }
}

/** gRPC says all in its head, so nothing was read besides. */
function grpcOf(action: HttpAction): ProtocolIntent {
  const [message] = grpcMessage(action) ?? [];
  return message === undefined ? NONE : { protocol: 'grpc', grpc: grpcIntent(message) };
}

const isMcp = (message: ProtocolMessage): message is McpMessage => message.kind === 'mcp';

function mcpIntent({ method, tool, name, args }: McpMessage): McpIntent {
  return { method, ...(tool !== undefined && { tool }), ...(name !== undefined && { name }), ...(isObject(args) && { args: Object.keys(args) }) };
}

/** A request that names several models says the same of each. */
function llmIntent({ provider, stream, tools }: LlmMessage, messages: readonly ProtocolMessage[]): LlmIntent {
  return { provider, model: messages.flatMap((each) => (each.kind === 'llm' ? [each.model] : [])).join(', '), stream, tools };
}

const grpcIntent = ({ service, method }: GrpcMessage): GrpcIntent => ({ service, method });
