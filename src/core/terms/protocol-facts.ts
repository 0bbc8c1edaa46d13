import type { LlmProvider } from './action.ts';

/** What the tool's protocol said in a call, before it was sent. */
export interface ProtocolIntent {
  /** Absent: nothing but HTTP was read. */
  readonly protocol?: 'mcp' | 'llm' | 'grpc' | 'websocket' | 'tcp';
  /** One for each message of a batch, in its order. */
  readonly mcp?: readonly McpIntent[];
  readonly llm?: LlmIntent;
  readonly grpc?: GrpcIntent;
}

export interface McpIntent {
  readonly method: string;
  readonly tool?: string;
  /** URI of a resource, or name of a prompt. */
  readonly name?: string;
  /** Names of the arguments, never their values: those lie in the payload. */
  readonly args?: readonly string[];
}

export interface LlmIntent {
  readonly provider: LlmProvider;
  readonly model: string;
  readonly stream: boolean;
  /** Names of the tools that were offered to the model. */
  readonly tools: readonly string[];
}

export interface GrpcIntent {
  readonly service: string;
  readonly method: string;
}

/** What was read out of a call while it went on; by whoever treats it. */
export interface ProtocolOutcome {
  readonly llm?: LlmOutcome;
  readonly mcp?: McpOutcome;
  readonly grpc?: { readonly status: number };
  readonly messages?: MessageCounts;
  /** Which credential was set in the request: its reference, never its value. */
  readonly credential?: string;
  /** How many passages were taken out, by kind of finding. */
  readonly redactions?: Readonly<Record<string, number>>;
  /** Kinds of findings that were let pass and noted. */
  readonly flags?: readonly string[];
}

export interface LlmOutcome {
  /** As the answer names it. */
  readonly model?: string;
  readonly usage?: LlmUsage;
  readonly toolCalls?: readonly LlmToolCall[];
  /** Why the model stopped, in the provider's word. */
  readonly finish?: string;
}

/** Tokens, under the same names for every provider. Absent: the provider did not say. */
export interface LlmUsage {
  /** All of them, with those that a cache held. */
  readonly inputTokens?: number;
  /** Of the input: found in a cache. */
  readonly cacheReadTokens?: number;
  /** Of the input: written to a cache. */
  readonly cacheWriteTokens?: number;
  /** Of those written: to be kept for an hour, which costs more. */
  readonly cacheWriteHourTokens?: number;
  /** Of the input: sound. */
  readonly audioTokens?: number;
  /** All of them, with those that went into reasoning. */
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly webSearches?: number;
  readonly serviceTier?: string;
}

export interface LlmToolCall {
  readonly id?: string;
  readonly name: string;
  /** `sha256:` and hex over the arguments in canonical JSON (RFC 8785), or as the model wrote them where they are no JSON. */
  readonly digest: string;
}

export interface McpOutcome {
  /** JSON-RPC error code of the answer. */
  readonly error?: number;
  /** Entries that were taken out of a list. */
  readonly filtered?: number;
  /** Requests of the server to the agent that were not passed on. */
  readonly withheld?: number;
}

/** Messages of one connection that carries many. */
export interface MessageCounts {
  readonly sent: number;
  readonly received: number;
  /** `sha256:` and hex over the digests of all of them, in the order in which they passed. */
  readonly digest?: string;
}
