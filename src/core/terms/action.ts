import type { Authority } from './authority.ts';
import type { ReasonCode } from './reason.ts';

/** Header fields in the order received; names in lower case, values without surrounding white space. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** One HTTP request as it will be sent: everything already in its normal form. */
export interface HttpAction {
  readonly kind: 'http';
  readonly authority: Authority;
  /** Upper-case token, as received (methods are case-sensitive, RFC 9110 section 9.1). */
  readonly method: string;
  /** Canonical path, beginning with `/`; what policy judges is what is sent. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  readonly headers: Headers;
  /** The protocol that the request asks to change to, if it does. */
  readonly upgrade?: 'websocket';
  /** Only where `needs` of the policy asked for it. */
  readonly body?: GatheredBody;
  /** What the tool's protocol says in the call; absent: not read, which no rule about messages permits. Each has to be permitted, or the whole call is denied. */
  readonly messages?: readonly ProtocolMessage[];
}

/** A request's body, all of it. */
export interface GatheredBody {
  /** Decoded. */
  readonly bytes: Uint8Array;
  /** Strictly parsed (no key twice, UTF-8, bounded depth), where the media type is JSON. */
  readonly json?: unknown;
}

export type ProtocolMessage = McpMessage | LlmMessage | GrpcMessage | WebSocketMessage;

/** One JSON-RPC request or notification of the Model Context Protocol, in either direction. */
export interface McpMessage {
  readonly kind: 'mcp';
  /** `tools/call`. */
  readonly method: string;
  /** The tool of a `tools/call`. */
  readonly tool?: string;
  /** Its arguments. */
  readonly args?: unknown;
  /** The URI of a `resources/*` request, or the name of a `prompts/get`. */
  readonly name?: string;
  /** Absent: a notification. */
  readonly id?: string | number;
  /** It is only asked whether there are arguments with which it would be permitted. */
  readonly listed?: true;
}

/** One request to a model. */
export interface LlmMessage {
  readonly kind: 'llm';
  readonly provider: LlmProvider;
  readonly model: string;
  /** Names of the tools that the request offers to the model. */
  readonly tools: readonly string[];
  /** The most tokens that the request lets the model answer with; absent: the request says nothing. */
  readonly maxTokens?: number;
  readonly stream: boolean;
}

/** Whose API a model is called by; `openai` is also spoken by many others. */
export type LlmProvider = 'openai' | 'anthropic' | 'gemini' | 'bedrock';

/** One call of gRPC, unary or streaming. */
export interface GrpcMessage {
  readonly kind: 'grpc';
  /** With its package: `shop.v1.Orders`. */
  readonly service: string;
  readonly method: string;
}

/** One whole message of RFC 6455, after its fragments were put together. */
export interface WebSocketMessage {
  readonly kind: 'websocket';
  readonly opcode: 'text' | 'binary';
  /** Of a text message. */
  readonly text?: string;
  readonly bytes: Uint8Array;
  /** As the agent sees it. */
  readonly direction: 'sent' | 'received';
}

/** Bytes that pass unread between the agent and one place: a `tcp` tool (scheme `tcp`), or TLS that is not opened (scheme `https`). */
export interface TunnelAction {
  readonly kind: 'tunnel';
  readonly authority: Authority;
  readonly method?: undefined;
  readonly path?: undefined;
}

/** Bytes that could not be read as exactly one action. `evaluate` denies it with the reason that the reader found. */
export interface MalformedAction {
  readonly kind: 'malformed';
  readonly reason: ReasonCode;
  readonly sentence: string;
  /** As far as it was understood. */
  readonly authority?: Authority;
  readonly method?: string;
  readonly path?: string;
}

export type Action = HttpAction | TunnelAction | MalformedAction;
