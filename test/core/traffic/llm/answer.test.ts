import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import type { ProtocolOutcome } from '../../../../src/core/terms/protocol-facts.ts';
import { LlmAnswer } from '../../../../src/core/traffic/llm/answer.ts';
import type { LlmApi } from '../../../../src/core/traffic/llm/endpoint.ts';
import { chunkFrame, converseFrame, eventFrame } from '../../../fakes/event-frame.ts';
import { anthropic, ARGUMENTS, converse, gemini, invoke, type ModelAnswer, openAiChat, openAiResponses } from '../../../fakes/model-answers.ts';

interface Passed {
  readonly facts: ProtocolOutcome;
  readonly out: Buffer;
  readonly in: Buffer;
}

function passed(api: LlmApi, answer: ModelAnswer, { withholds = false, cut = (bytes: Buffer): Buffer[] => [bytes], ends = true } = {}): Passed {
  const treatment = new LlmAnswer(api, withholds);
  const bytes = Buffer.concat(answer.pieces.map((piece) => Buffer.from(piece)));
  treatment.head({ status: 200, headers: [['content-type', answer.type], ...Object.entries(answer.headers ?? {})] });
  const out: Buffer[] = [];
  const emit = (chunk: Uint8Array): void => { out.push(Buffer.from(chunk)); };
  // A view whose memory is used again at once.
  const shared = Buffer.alloc(bytes.length);
  for (const piece of cut(bytes)) {
    const view = shared.subarray(0, piece.copy(shared));
    treatment.data(view, emit);
    shared.fill(0xff);
  }
  if (ends) treatment.end(emit);
  return { facts: treatment.facts(), out: Buffer.concat(out), in: bytes };
}

const digest = `sha256:${hash('sha256', canonicalize(ARGUMENTS) ?? '', 'hex')}`;
const toolCalls = [{ id: 'call_1', name: 'get_weather', digest }];
const openAi = { inputTokens: 100, cacheReadTokens: 60, cacheWriteTokens: 5, outputTokens: 40, reasoningTokens: 10, serviceTier: 'default' };
const claude = { inputTokens: 100, cacheReadTokens: 60, cacheWriteTokens: 5, cacheWriteHourTokens: 2, outputTokens: 40, webSearches: 3, serviceTier: 'standard' };
const bedrock = { inputTokens: 100, cacheReadTokens: 60, cacheWriteTokens: 5, outputTokens: 40 };
const google = { inputTokens: 100, cacheReadTokens: 60, outputTokens: 40, reasoningTokens: 10 };

const CASES: readonly [string, LlmApi, ModelAnswer, ProtocolOutcome['llm']][] = [
  ['a chat', 'openai-chat', openAiChat(false), { model: 'gpt-test-2026', usage: { ...openAi, audioTokens: 0 }, toolCalls, finish: 'tool_calls' }],
  ['a streamed chat', 'openai-chat', openAiChat(true), { model: 'gpt-test-2026', usage: { ...openAi, audioTokens: 0 }, toolCalls, finish: 'tool_calls' }],
  ['a response', 'openai-responses', openAiResponses(false), { model: 'gpt-test-2026', usage: openAi, toolCalls, finish: 'completed' }],
  ['a streamed response', 'openai-responses', openAiResponses(true), { model: 'gpt-test-2026', usage: openAi, toolCalls, finish: 'completed' }],
  ['a message', 'anthropic-messages', anthropic(false), { model: 'claude-test-2026', usage: claude, toolCalls, finish: 'tool_use' }],
  ['a streamed message', 'anthropic-messages', anthropic(true), { model: 'claude-test-2026', usage: claude, toolCalls, finish: 'tool_use' }],
  ['a candidate', 'gemini', gemini(false), { model: 'gemini-test-2026', usage: google, toolCalls, finish: 'STOP' }],
  ['a streamed candidate', 'gemini', gemini(true), { model: 'gemini-test-2026', usage: google, toolCalls, finish: 'STOP' }],
  ['a candidate streamed as a list', 'gemini', gemini('list'), { model: 'gemini-test-2026', usage: google, toolCalls, finish: 'STOP' }],
  ['a conversation', 'bedrock-converse', converse(false), { usage: bedrock, toolCalls, finish: 'tool_use' }],
  ['a streamed conversation', 'bedrock-converse', converse(true), { usage: bedrock, toolCalls, finish: 'tool_use' }],
  ['an invocation', 'bedrock-invoke', invoke(false), { model: 'claude-test-2026', usage: bedrock, toolCalls, finish: 'tool_use' }],
  ['a streamed invocation', 'bedrock-invoke', invoke(true), { model: 'claude-test-2026', usage: bedrock, toolCalls, finish: 'tool_use' }],
];

describe('usage, tool calls and ends are read out of', () => {
  test.each(CASES)('%s, however its bytes arrive', (_, api, answer, expected) => {
    for (const cut of [undefined, (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte)), thirds]) {
      const { facts, out, in: original } = passed(api, answer, cut && { cut });
      expect(facts).toEqual({ llm: expected });
      expect(out.equals(original)).toBe(true);
    }
  });

  test.each(CASES)('%s that breaks off, as far as it came', (_, api, answer) => {
    const whole = answer.pieces.length === 1;
    const { facts } = passed(api, answer, { cut: (bytes) => [whole ? bytes.subarray(0, bytes.length - 1) : bytes], ends: false });
    // A whole answer is JSON only at its end; of Gemini's list each value is whole by itself.
    if (whole && api !== 'gemini') expect(facts.llm?.toolCalls).toBeUndefined();
    if (!whole) expect(facts.llm?.toolCalls).toEqual(toolCalls);
  });

});

function thirds(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((part) => bytes.subarray(Math.floor((bytes.length * part) / 3), Math.floor((bytes.length * (part + 1)) / 3)));
}

describe('an event of a stream has left before it is read', () => {
  test.each(CASES.filter(([, , { pieces }]) => pieces.length > 1))('in %s', (_, api, answer) => {
    const treatment = new LlmAnswer(api, false);
    treatment.head({ status: 200, headers: [['content-type', answer.type]] });
    for (const piece of answer.pieces) {
      let left = 0;
      treatment.data(Buffer.from(piece), (bytes) => { left += bytes.length; });
      expect(left).toBe(Buffer.from(piece).length);
    }
  });
});

describe('the chunk with the usage that the agent did not ask for', () => {
  test('is kept back, and all others pass at once and as they are', () => {
    const asked = openAiChat(true, true);
    for (const cut of [undefined, (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte))]) {
      const { facts, out } = passed('openai-chat', asked, { withholds: true, ...(cut && { cut }) });
      expect(out.toString()).toBe(asked.pieces.filter((piece) => !String(piece).includes('"choices":[]')).join(''));
      expect(facts.llm?.usage?.inputTokens).toBe(100);
    }
  });

  test('passes with a host that tells usage together with the last choice, and first chunks without choices do too', () => {
    const pieces = ['data: {"choices":[],"prompt_filter_results":[],"usage":null}\n\n', 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n', 'data: [DONE]\n\n'];
    const { facts, out } = passed('openai-chat', { type: 'text/event-stream; charset=utf-8', pieces }, { withholds: true });
    expect(out.toString()).toBe(pieces.join(''));
    expect(facts.llm).toEqual({ usage: { inputTokens: 1, outputTokens: 2 }, finish: 'stop' });
  });

  test('does not concern an error that is no stream', () => {
    const { out, in: original, facts } = passed('openai-chat', { type: 'application/json', pieces: ['{"error":{"type":"rate_limit_error","message":"slow down"}}'] }, { withholds: true });
    expect(out.equals(original)).toBe(true);
    expect(facts.llm).toEqual({ finish: 'rate_limit_error' });
  });
});

describe('an error after a stream has begun is how it ended', () => {
  const start = 'event: message_start\ndata: {"type":"message_start","message":{"model":"c","usage":{"input_tokens":7,"output_tokens":1}}}\n\n';
  test.each<[string, LlmApi, string, (string | Buffer)[], ProtocolOutcome['llm']]>([
    ['of Anthropic', 'anthropic-messages', 'text/event-stream', [start, 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n'], { model: 'c', usage: { inputTokens: 7, outputTokens: 1 }, finish: 'overloaded_error' }],
    ['of OpenAI', 'openai-chat', 'text/event-stream', ['data: {"error":{"type":"server_error","code":"boom"}}\n\n'], { finish: 'server_error' }],
    ['of responses', 'openai-responses', 'text/event-stream', ['data: {"type":"error","code":"server_error","message":"x"}\n\n'], { finish: 'server_error' }],
    ['of a failed response', 'openai-responses', 'text/event-stream', ['data: {"type":"response.failed","response":{"model":"m","status":"failed","error":{"code":"rate_limit_exceeded"},"usage":{"input_tokens":3,"output_tokens":0}}}\n\n'], { model: 'm', usage: { inputTokens: 3, outputTokens: 0 }, finish: 'rate_limit_exceeded' }],
    ['of an incomplete response', 'openai-responses', 'text/event-stream', ['data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":3,"output_tokens":9}}}\n\n'], { usage: { inputTokens: 3, outputTokens: 9 }, finish: 'max_output_tokens' }],
    ['of Gemini', 'gemini', 'application/json', ['[{"error":{"code":503,"status":"UNAVAILABLE"}}]'], { finish: 'UNAVAILABLE' }],
    ['of Converse', 'bedrock-converse', 'application/vnd.amazon.eventstream', [converseFrame('messageStart', {}), eventFrame({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, '{"message":"x"}')], { finish: 'throttlingException' }],
  ])('%s', (_, api, type, pieces, expected) => {
    expect(passed(api, { type, pieces }).facts).toEqual({ llm: expected });
  });
});

describe('other models of Bedrock', () => {
  test('like OpenAI\'s and Nova\'s are read as what they are', () => {
    expect(passed('bedrock-invoke', openAiChat(false)).facts.llm?.toolCalls).toEqual(toolCalls);
    expect(passed('bedrock-invoke', converse(false)).facts.llm).toEqual({ usage: bedrock, toolCalls, finish: 'tool_use' });
  });

  test('are metered by what Bedrock adds', () => {
    const pieces = [chunkFrame({ outputText: 'x', completionReason: 'FINISH', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3, outputTokenCount: 4 } })];
    expect(passed('bedrock-invoke', { type: 'application/vnd.amazon.eventstream', pieces }).facts.llm).toEqual({ usage: { inputTokens: 3, outputTokens: 4 }, finish: 'FINISH' });
  });
});

describe('what cannot be read passes and is noted', () => {
  test.each<[string, LlmApi, ModelAnswer]>([
    ['encoded', 'openai-chat', { type: 'application/json', headers: { 'content-encoding': 'gzip' }, pieces: ['\x1f\x8b'] }],
    ['a damaged binary stream', 'bedrock-converse', { type: 'application/vnd.amazon.eventstream', pieces: ['not at all a binary stream of events'] }],
    ['a binary stream cut short', 'bedrock-converse', { type: 'application/vnd.amazon.eventstream', pieces: [converseFrame('messageStart', {}).subarray(0, 20)] }],
  ])('%s', (_, api, answer) => {
    const { facts, out, in: original } = passed(api, answer);
    expect(facts.flags).toEqual(['model-answer-unread']);
    expect(out.equals(original)).toBe(true);
  });

  test('too long to be held', () => {
    const { facts } = passed('openai-chat', { type: 'application/json', pieces: [' '.repeat(16 * 1024 * 1024 + 1)] });
    expect(facts).toEqual({ llm: {}, flags: ['model-answer-unread'] });
  });

  test('arguments that are no JSON are digested as they are', () => {
    const piece = 'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\\"a\\":"}}]}}]}\n\n';
    expect(passed('openai-chat', { type: 'text/event-stream', pieces: [piece] }).facts.llm?.toolCalls).toEqual([{ name: 'f', digest: `sha256:${hash('sha256', '{"a":', 'hex')}` }]);
  });
});
