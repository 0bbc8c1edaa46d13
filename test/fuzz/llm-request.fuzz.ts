import { deepStrictEqual } from 'node:assert';
import type { LlmProvider } from '../../src/core/terms/action.ts';
import { isObject } from '../../src/core/terms/is-object.ts';
import { JsonFault } from '../../src/core/traffic/json/fault.ts';
import { parseJson } from '../../src/core/traffic/json/parse.ts';
import { offeredTools } from '../../src/core/traffic/llm/offered-tools.ts';
import { readLlmRequest } from '../../src/core/traffic/llm/request.ts';
import { stripTools } from '../../src/core/traffic/llm/strip-tools.ts';

export const name = 'llm-request';

const ASKED: readonly (readonly [LlmProvider, string])[] = [
  ['openai', '/v1/chat/completions'], ['openai', '/v1/responses'], ['anthropic', '/v1/messages'], ['gemini', '/v1beta/models/m:generateContent'], ['bedrock', '/model/m/converse'],
];

export const seeds: readonly Uint8Array[] = [
  { model: 'm', max_tokens: 5, tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web_search_20250305', name: 'web_search' }], tool_choice: { type: 'function', function: { name: 'f' } } },
  { model: 'm', mcp_servers: [{ name: 'x', url: 'https://a.example' }], tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }, { type: 'namespace', tools: [{ name: 'g' }] }], input: [{ type: 'tool_search_output', tools: [{ name: 'h' }] }] },
  { tools: [{ functionDeclarations: [{ name: 'f' }], googleSearch: {} }], generationConfig: { maxOutputTokens: 5, candidateCount: 2 }, toolConfig: { functionCallingConfig: { allowedFunctionNames: ['f'] } } },
  { toolConfig: { tools: [{ toolSpec: { name: 'f' } }, { cachePoint: {} }], toolChoice: { tool: { name: 'f' } } }, additionalModelRequestFields: { tools: [{ name: 'g' }] }, inferenceConfig: { maxTokens: 5 } },
].map((body) => Buffer.from(JSON.stringify(body)));

export const tokens: readonly Uint8Array[] = ['"tools":', '"type":"mcp"', '"name":', '"functions":[]', 'null', '"web_search"', '[{}]'].map((text) => Buffer.from(text));

/** Whatever is sent is read or not read, never an error; and of all tools that were read none is left where all are taken out. */
export function target(bytes: Uint8Array): void {
  const json = parsed(bytes);
  for (const [provider, path] of ASKED) {
    const reading = readLlmRequest({ method: 'POST', path, query: '', headers: [], body: { bytes, ...(json !== undefined && { json }) } }, provider);
    if (!reading.ok || !isObject(json)) continue;
    const [message] = reading.messages;
    deepStrictEqual(offeredTools(stripTools(json, new Set(message?.tools))), []);
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}
