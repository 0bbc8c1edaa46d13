import { chunkFrame, converseFrame } from './event-frame.ts';

/** What a fake model says to everything: a sentence, and a call of `get_weather` for Berlin. */
export interface ModelAnswer {
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces in which it is sent; one: it is whole. */
  readonly pieces: readonly (string | Buffer)[];
}

export const ARGUMENTS = { city: 'Berlin', days: 2 };
const TEXT = JSON.stringify(ARGUMENTS);
const JSON_TYPE = 'application/json';
const SSE = 'text/event-stream';

const whole = (value: unknown, headers?: Readonly<Record<string, string>>): ModelAnswer => ({ type: JSON_TYPE, pieces: [JSON.stringify(value)], ...(headers && { headers }) });
const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { type: string }): string => `event: ${value.type}\n${data(value)}`;

const chatUsage = {
  prompt_tokens: 100, completion_tokens: 40, total_tokens: 140,
  prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 5, audio_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 10 },
};
const chat = { id: 'chatcmpl-1', created: 1, model: 'gpt-test-2026', service_tier: 'default' };

export function openAiChat(stream: boolean, usage = true): ModelAnswer {
  if (!stream) {
    const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: TEXT } };
    return whole({ ...chat, object: 'chat.completion', choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: 'Let me see.', tool_calls: [call] } }], usage: chatUsage });
  }
  const chunk = chatChunk(usage);
  return {
    type: SSE, pieces: [
      chunk({ role: 'assistant', content: 'Let me ' }), chunk({ content: 'see.' }),
      chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: TEXT.slice(0, 9) } }] }), chunk({ tool_calls: [{ index: 0, function: { arguments: TEXT.slice(9) } }] }),
      chunk({}, 'tool_calls'),
      ...(usage ? [data({ ...chat, object: 'chat.completion.chunk', choices: [], usage: chatUsage })] : []),
      'data: [DONE]\n\n',
    ],
  };
}

/** With usage, all chunks but the last say that they have none. */
function chatChunk(usage: boolean): (delta: unknown, finish?: string) => string {
  return (delta, finish) => data({ ...chat, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish ?? null }], ...(usage && { usage: null }) });
}

export function openAiResponses(stream: boolean): ModelAnswer {
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'get_weather', arguments: TEXT, status: 'completed' };
  const message = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Let me see.', annotations: [] }] };
  const response = {
    id: 'resp_1', object: 'response', created_at: 1, model: 'gpt-test-2026', status: 'completed', service_tier: 'default', output: [message, call],
    usage: { input_tokens: 100, input_tokens_details: { cached_tokens: 60, cache_write_tokens: 5 }, output_tokens: 40, output_tokens_details: { reasoning_tokens: 10 }, total_tokens: 140 },
  };
  if (!stream) return whole(response);
  return {
    type: SSE, pieces: [
      named({ type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } } as { type: string }),
      named({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Let me see.' } as { type: string }),
      named({ type: 'response.output_item.done', output_index: 1, item: call } as { type: string }),
      named({ type: 'response.completed', response } as { type: string }),
    ],
  };
}

const anthropicUsage = { input_tokens: 35, cache_creation_input_tokens: 5, cache_read_input_tokens: 60, cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 }, service_tier: 'standard' };
const anthropicMessage = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-test-2026', stop_sequence: null };

/** Events of a message, as Bedrock's models of the same maker have them too. */
function anthropicEvents(): { type: string }[] {
  const events: unknown[] = [
    { type: 'message_start', message: { ...anthropicMessage, content: [], stop_reason: null, usage: { ...anthropicUsage, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me see.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'call_1', name: 'get_weather', input: {} } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: TEXT.slice(0, 9) } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: TEXT.slice(9) } },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 20, cache_read_input_tokens: null } },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 40, server_tool_use: { web_search_requests: 3 } } },
    { type: 'message_stop' },
  ];
  return events as { type: string }[];
}

const anthropicWhole = {
  ...anthropicMessage, stop_reason: 'tool_use', usage: { ...anthropicUsage, output_tokens: 40, server_tool_use: { web_search_requests: 3 } },
  content: [{ type: 'text', text: 'Let me see.' }, { type: 'tool_use', id: 'call_1', name: 'get_weather', input: ARGUMENTS }],
};

export function anthropic(stream: boolean): ModelAnswer {
  return stream ? { type: SSE, pieces: anthropicEvents().map(named) } : whole(anthropicWhole);
}

/** `list`: streamed as a list of JSON values, which is what Google does without `alt=sse`. */
export function gemini(stream: boolean | 'list'): ModelAnswer {
  const call = { functionCall: { id: 'call_1', name: 'get_weather', args: ARGUMENTS } };
  const chunks = [candidate([{ text: 'Let me {"see"} ]. \\' }], undefined, 1), candidate([call], 'STOP')];
  if (stream === true) return { type: SSE, pieces: chunks.map(data) };
  if (stream === 'list') return { type: JSON_TYPE, pieces: ['[', JSON.stringify(chunks[0], undefined, 1), '\r\n,\r\n', JSON.stringify(chunks[1]), ']'] };
  return whole(candidate([{ text: 'Let me see.' }, call], 'STOP'));
}

function candidate(parts: unknown[], finish?: string, thoughts = 10): unknown {
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...(finish !== undefined && { finishReason: finish }) }], modelVersion: 'gemini-test-2026',
    usageMetadata: { promptTokenCount: 90, cachedContentTokenCount: 60, candidatesTokenCount: 30, thoughtsTokenCount: thoughts, toolUsePromptTokenCount: 10, totalTokenCount: 140 },
  };
}

const BINARY = 'application/vnd.amazon.eventstream';

export function converse(stream: boolean): ModelAnswer {
  const usage = { inputTokens: 35, outputTokens: 40, totalTokens: 140, cacheReadInputTokens: 60, cacheWriteInputTokens: 5 };
  if (!stream) {
    const content = [{ text: 'Let me see.' }, { toolUse: { toolUseId: 'call_1', name: 'get_weather', input: ARGUMENTS } }];
    return whole({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage, metrics: { latencyMs: 1 } });
  }
  return {
    type: BINARY, pieces: [
      converseFrame('messageStart', { role: 'assistant' }),
      converseFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Let me see.' } }),
      converseFrame('contentBlockStop', { contentBlockIndex: 0 }),
      converseFrame('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'call_1', name: 'get_weather' } } }),
      converseFrame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: TEXT.slice(0, 9) } } }),
      converseFrame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: TEXT.slice(9) } } }),
      converseFrame('contentBlockStop', { contentBlockIndex: 1 }),
      converseFrame('messageStop', { stopReason: 'tool_use' }),
      converseFrame('metadata', { usage, metrics: { latencyMs: 1 } }),
    ],
  };
}

export function invoke(stream: boolean): ModelAnswer {
  if (!stream) {
    return whole(anthropicWhole, {
      'x-amzn-bedrock-input-token-count': '35', 'x-amzn-bedrock-output-token-count': '40', 'x-amzn-bedrock-cache-read-input-token-count': '60', 'x-amzn-bedrock-cache-write-input-token-count': '5',
    });
  }
  const metrics = { inputTokenCount: 35, outputTokenCount: 40, cacheReadInputTokenCount: 60, cacheWriteInputTokenCount: 5, invocationLatency: 1, firstByteLatency: 1 };
  return { type: BINARY, pieces: anthropicEvents().map((event) => chunkFrame(event.type === 'message_stop' ? { ...event, 'amazon-bedrock-invocationMetrics': metrics } : event)) };
}
