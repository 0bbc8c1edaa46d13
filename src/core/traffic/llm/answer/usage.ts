import { isObject } from '../../../terms/is-object.ts';
import type { LlmUsage } from '../../../terms/protocol-facts.ts';
import type { Members } from '../tool-names.ts';

/** Counts of one provider under the names of all. What the provider does not say is absent; what is no count is not said. */
export type ReadUsage = (usage: Members) => LlmUsage;

/** Prompt tokens include those of the cache, completion tokens those of reasoning. */
export const openAiChatUsage: ReadUsage = (usage) => said({
  inputTokens: count(usage, 'prompt_tokens'),
  cacheReadTokens: count(usage, 'prompt_tokens_details', 'cached_tokens'),
  cacheWriteTokens: count(usage, 'prompt_tokens_details', 'cache_write_tokens'),
  audioTokens: count(usage, 'prompt_tokens_details', 'audio_tokens'),
  outputTokens: count(usage, 'completion_tokens'),
  reasoningTokens: count(usage, 'completion_tokens_details', 'reasoning_tokens'),
});

export const openAiResponsesUsage: ReadUsage = (usage) => said({
  inputTokens: count(usage, 'input_tokens'),
  cacheReadTokens: count(usage, 'input_tokens_details', 'cached_tokens'),
  cacheWriteTokens: count(usage, 'input_tokens_details', 'cache_write_tokens'),
  outputTokens: count(usage, 'output_tokens'),
  reasoningTokens: count(usage, 'output_tokens_details', 'reasoning_tokens'),
});

/** Input tokens are those beside the cache. */
export const anthropicUsage: ReadUsage = (usage) => {
  const read = count(usage, 'cache_read_input_tokens');
  const write = count(usage, 'cache_creation_input_tokens') ?? sum(count(usage, 'cache_creation', 'ephemeral_5m_input_tokens'), count(usage, 'cache_creation', 'ephemeral_1h_input_tokens'));
  return said({
    inputTokens: withCache(count(usage, 'input_tokens'), read, write),
    cacheReadTokens: read,
    cacheWriteTokens: write,
    cacheWriteHourTokens: count(usage, 'cache_creation', 'ephemeral_1h_input_tokens'),
    outputTokens: count(usage, 'output_tokens'),
    webSearches: count(usage, 'server_tool_use', 'web_search_requests'),
    serviceTier: typeof usage['service_tier'] === 'string' ? usage['service_tier'] : undefined,
  });
};

/** Prompt tokens include those of the cache; what tools brought in and what was thought stand beside. */
export const geminiUsage: ReadUsage = (usage) => said({
  inputTokens: sum(count(usage, 'promptTokenCount'), count(usage, 'toolUsePromptTokenCount')),
  cacheReadTokens: count(usage, 'cachedContentTokenCount'),
  outputTokens: sum(count(usage, 'candidatesTokenCount'), count(usage, 'thoughtsTokenCount')),
  reasoningTokens: count(usage, 'thoughtsTokenCount'),
});

/** Input tokens are those beside the cache. */
export const converseUsage: ReadUsage = (usage) => {
  const read = count(usage, 'cacheReadInputTokens');
  const write = count(usage, 'cacheWriteInputTokens');
  return said({ inputTokens: withCache(count(usage, 'inputTokens'), read, write), cacheReadTokens: read, cacheWriteTokens: write, outputTokens: count(usage, 'outputTokens') });
};

/** `amazon-bedrock-invocationMetrics` of InvokeModel's streams; the headers of whole answers are told under the same names. */
export const invocationUsage: ReadUsage = (usage) => {
  const read = count(usage, 'cacheReadInputTokenCount');
  const write = count(usage, 'cacheWriteInputTokenCount');
  return said({ inputTokens: withCache(count(usage, 'inputTokenCount'), read, write), cacheReadTokens: read, cacheWriteTokens: write, outputTokens: count(usage, 'outputTokenCount') });
};

type Known = { readonly [Name in keyof LlmUsage]: LlmUsage[Name] | undefined };

function said(usage: Known): LlmUsage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined)) as LlmUsage;
}

function count(usage: Members, name: string, below?: string): number | undefined {
  const value = usage[name];
  if (below !== undefined) return isObject(value) ? count(value, below) : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function withCache(beside: number | undefined, read: number | undefined, write: number | undefined): number | undefined {
  return beside === undefined ? undefined : beside + (read ?? 0) + (write ?? 0);
}

/** Of those that are said. */
function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : one + (other ?? 0);
}
