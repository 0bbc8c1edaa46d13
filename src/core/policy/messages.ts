import type { GrpcMessage, HttpAction, ProtocolMessage } from '../terms/action.ts';
import type { CompiledTool } from './compiled.ts';

const NONE: readonly [undefined] = [undefined];

/**
 * What is judged of a call: each of its messages, `undefined` for the call itself where it has none. Nothing at all: the call was not read
 * as the tool's protocol, and what it says is not known.
 */
export function messagesOf({ protocol, websocket }: CompiledTool, action: HttpAction): readonly (ProtocolMessage | undefined)[] | undefined {
  const { messages } = action;
  switch (protocol) {
    case 'http': return messages === undefined ? NONE : ofKind(messages, 'websocket', websocket);
    case 'grpc': return grpcMessage(action);
    case 'mcp':
    case 'llm': return messages === undefined ? undefined : ofKind(messages, protocol, true);
    case 'tcp': return undefined;
  }
}

/** Messages of another protocol are not this tool's, which another policy's tool may have asked to be read. */
function ofKind(messages: readonly ProtocolMessage[], kind: ProtocolMessage['kind'], possible: boolean): readonly (ProtocolMessage | undefined)[] | undefined {
  if (messages.length === 0) return NONE;
  if (kind === 'websocket' && messages.every((message) => message.kind !== 'websocket')) return NONE;
  return possible && messages.every((message) => message.kind === kind) ? messages : undefined;
}

/** gRPC names service and method in the path, and says that it is gRPC in the media type (the protocol's "PROTOCOL-HTTP2", Requests). */
export function grpcMessage({ method, path, headers }: HttpAction): readonly [GrpcMessage] | undefined {
  const types = headers.filter(([name]) => name === 'content-type');
  const [, service, name] = /^\/([A-Za-z0-9_.]+)\/([A-Za-z0-9_]+)$/.exec(path) ?? [];
  const spoken = types.length === 1 && /^application\/grpc(?:[+;]|$)/i.test(types[0]?.[1] ?? '');
  return spoken && method === 'POST' && service !== undefined && name !== undefined ? [{ kind: 'grpc', service, method: name }] : undefined;
}

/** What MCP takes to be spoken at all: it names no tool, resource or prompt, and lists of those are filtered. */
const HOUSEKEEPING = new Set([
  'initialize', 'server/discover', 'ping', 'tools/list', 'resources/list', 'resources/templates/list', 'prompts/list', 'logging/setLevel',
  'notifications/initialized', 'notifications/cancelled', 'notifications/progress', 'notifications/message',
  'notifications/tools/list_changed', 'notifications/resources/list_changed', 'notifications/resources/updated', 'notifications/prompts/list_changed', 'notifications/roots/list_changed',
  'subscriptions/listen', 'notifications/subscriptions/acknowledged',
]);

/** Whether a message, or a call without one (opening a stream, ending a session, listing models), goes with a tool that allows anything at all. */
export function isHousekeeping({ protocol, allows, access }: CompiledTool, message: ProtocolMessage | undefined): boolean {
  if (protocol !== 'mcp' && protocol !== 'llm') return false;
  if (allows.rules.length === 0 && access.rules.length === 0) return false;
  return message === undefined || (message.kind === 'mcp' && HOUSEKEEPING.has(message.method));
}
