import type { LlmProvider } from '../terms/action.ts';
import { field, fields, optional } from './field.ts';
import type { GrpcIntent, LlmIntent, LlmOutcome, LlmToolCall, LlmUsage, McpIntent, McpOutcome, MessageCounts, ProtocolIntent, ProtocolOutcome } from '../terms/protocol-facts.ts';
import type { FieldsOf, Shape } from './shape.ts';

const text: Shape = { is: 'text' };
const texts: Shape = { is: 'texts' };
const integer: Shape = { is: 'integer' };

const PROVIDERS: readonly LlmProvider[] = ['openai', 'anthropic', 'gemini', 'bedrock'];

const mcp: Shape = { is: 'list', fields: {
  method: field(text, 'JSON-RPC method.'),
  tool: optional(text, 'Tool of a `tools/call`.'),
  name: optional(text, 'URI of a resource, or name of a prompt.'),
  args: optional(texts, 'Names of the arguments; their values lie in the payload.'),
} satisfies FieldsOf<McpIntent> };

const llm = fields({
  provider: field({ is: 'word', of: PROVIDERS }, 'Whose API was spoken.'),
  model: field(text, 'Model that was asked for.'),
  stream: field({ is: 'boolean' }, 'Whether a streamed answer was asked for.'),
  tools: field(texts, 'Names of the tools that were offered to the model.'),
} satisfies FieldsOf<LlmIntent>);

const grpc = fields({
  service: field(text, 'Service with its package.'),
  method: field(text, 'Method.'),
} satisfies FieldsOf<GrpcIntent>);

/** Of an intent. */
export const PROTOCOL_INTENT = {
  protocol: optional({ is: 'word', of: ['mcp', 'llm', 'grpc', 'websocket', 'tcp'] }, 'What was read besides HTTP, or, with `tcp`, that nothing was.'),
  mcp: optional(mcp, 'Messages of the Model Context Protocol, each of a batch.'),
  llm: optional(llm, 'The request to a model.'),
  grpc: optional(grpc, 'The gRPC call.'),
} satisfies FieldsOf<ProtocolIntent>;

const usage = fields({
  inputTokens: optional(integer, 'All tokens of the request, with those that a cache held.'),
  cacheReadTokens: optional(integer, 'Of these: found in a cache.'),
  cacheWriteTokens: optional(integer, 'Of these: written to a cache.'),
  cacheWriteHourTokens: optional(integer, 'Of those written: to be kept for an hour.'),
  audioTokens: optional(integer, 'Of these: sound.'),
  outputTokens: optional(integer, 'All tokens of the answer, with those that went into reasoning.'),
  reasoningTokens: optional(integer, 'Of these: reasoning.'),
  webSearches: optional(integer, 'Searches that the provider made.'),
  serviceTier: optional(text, 'Tier that the provider served it at.'),
} satisfies FieldsOf<LlmUsage>);

const toolCalls: Shape = { is: 'list', fields: {
  id: optional(text, 'The provider\'s id of the call.'),
  name: field(text, 'Tool that the model called.'),
  digest: field(text, '`sha256:` and hex over the arguments in canonical JSON (RFC 8785), or as the model wrote them where they are no JSON.'),
} satisfies FieldsOf<LlmToolCall> };

const llmOutcome = fields({
  model: optional(text, 'Model that the answer names.'),
  usage: optional(usage, 'Tokens; what is missing the provider did not say.'),
  toolCalls: optional(toolCalls, 'Tool calls in the answer.'),
  finish: optional(text, 'Why the model stopped, in the provider\'s word.'),
} satisfies FieldsOf<LlmOutcome>);

const mcpOutcome = fields({
  error: optional(integer, 'JSON-RPC error code of the answer.'),
  filtered: optional(integer, 'Entries that were taken out of a list.'),
  withheld: optional(integer, 'Requests of the server to the agent that were not passed on.'),
} satisfies FieldsOf<McpOutcome>);

const messages = fields({
  sent: field(integer, 'Messages of the agent.'),
  received: field(integer, 'Messages of the upstream.'),
  digest: optional(text, '`sha256:` and hex over the digests of all of them, in the order in which they passed.'),
} satisfies FieldsOf<MessageCounts>);

/** Of an outcome. */
export const PROTOCOL_OUTCOME = {
  llm: optional(llmOutcome, 'What the model\'s answer held.'),
  mcp: optional(mcpOutcome, 'What the MCP server\'s answer held.'),
  grpc: optional(fields({ status: field(integer, 'gRPC status code; 0 is OK.') }), 'How the gRPC call ended.'),
  messages: optional(messages, 'Messages of a connection that carried many.'),
  credential: optional(text, 'Which credential was set in the request: its reference, never its value.'),
  redactions: optional({ is: 'facts' }, 'How many passages were taken out, by kind of finding.'),
  flags: optional(texts, 'Kinds of findings that were let pass and noted.'),
} satisfies FieldsOf<ProtocolOutcome>;
