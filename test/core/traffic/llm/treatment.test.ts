import { describe, expect, test } from 'vitest';
import type { LlmMessage, LlmProvider } from '../../../../src/core/terms/action.ts';
import { treatLlm } from '../../../../src/core/traffic/llm/treatment.ts';

function sent(provider: LlmProvider, path: string, body: unknown, strip: readonly string[] = []): unknown {
  const message: LlmMessage = { kind: 'llm', provider, model: 'm', tools: [], stream: (body as { stream?: boolean }).stream === true };
  const treatment = treatLlm(message, path, body, strip);
  return JSON.parse(Buffer.from(treatment?.request.body?.(Buffer.from(JSON.stringify(body))) ?? []).toString());
}

const f = (name: string): unknown => ({ type: 'function', function: { name } });
const CHAT = '/v1/chat/completions';

describe('forbidden tools are taken out of a request', () => {
  test.each<[string, LlmProvider, string, unknown, unknown]>([
    ['with others left', 'openai', CHAT, { tools: [f('bad'), f('good')], tool_choice: 'auto' }, { tools: [f('good')], tool_choice: 'auto' }],
    ['with the choice that names one', 'openai', CHAT, { tools: [f('bad'), f('good')], tool_choice: f('bad') }, { tools: [f('good')] }],
    ['with the choice of none, where none is left', 'openai', CHAT, { tools: [f('bad')], tool_choice: 'required', parallel_tool_calls: true, model: 'm' }, { model: 'm' }],
    ['as switches', 'openai', CHAT, { web_search_options: {}, model: 'm' }, { model: 'm' }],
    ['by type, whatever the version', 'anthropic', '/v1/messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }, { name: 'good' }], tool_choice: { type: 'tool', name: 'web_search' } }, { tools: [{ name: 'good' }] }],
    ['with the server that they are at', 'anthropic', '/v1/messages', { mcp_servers: [{ type: 'url', name: 'x', url: 'https://bad.example' }], tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }], model: 'm' }, { model: 'm' }],
    ['beside functions', 'gemini', '/v1beta/models/m:generateContent', { tools: [{ functionDeclarations: [{ name: 'good' }, { name: 'bad' }], googleSearch: {} }] }, { tools: [{ functionDeclarations: [{ name: 'good' }] }] }],
    ['with the functions that may be called', 'gemini', '/v1beta/models/m:generateContent', { tools: [{ functionDeclarations: [{ name: 'good' }, { name: 'bad' }] }], toolConfig: { functionCallingConfig: { allowedFunctionNames: ['bad'] } } }, { tools: [{ functionDeclarations: [{ name: 'good' }] }] }],
    ['within the configuration', 'bedrock', '/model/m/converse', { toolConfig: { tools: [{ toolSpec: { name: 'bad' } }, { toolSpec: { name: 'good' } }], toolChoice: { tool: { name: 'bad' } } } }, { toolConfig: { tools: [{ toolSpec: { name: 'good' } }] } }],
    ['with the configuration', 'bedrock', '/model/m/converse', { toolConfig: { tools: [{ toolSpec: { name: 'bad' } }] }, messages: [] }, { messages: [] }],
    ['out of a list of allowed ones', 'openai', '/v1/responses', { tools: [{ type: 'function', name: 'bad' }, { type: 'function', name: 'good' }], tool_choice: { type: 'allowed_tools', tools: [{ type: 'function', name: 'bad' }] } }, { tools: [{ type: 'function', name: 'good' }] }],
  ])('%s (%s)', (_, provider, path, body, expected) => {
    expect(sent(provider, path, body, ['bad', 'web_search', 'google_search', 'https://bad.example'])).toEqual(expected);
  });

  test('and without any the bytes stay as they came', () => {
    const bytes = Buffer.from('{ "model": "m",  "temperature": 1.0 }');
    const message: LlmMessage = { kind: 'llm', provider: 'openai', model: 'm', tools: [], stream: false };
    expect(treatLlm(message, CHAT, { model: 'm' }, [])?.request.body?.(bytes)).toBe(bytes);
  });
});

describe('the usage of a streamed chat', () => {
  test('is asked for where the agent did not', () => {
    expect(sent('openai', CHAT, { stream: true })).toEqual({ stream: true, stream_options: { include_usage: true } });
    expect(sent('openai', CHAT, { stream: true, stream_options: { include_obfuscation: false, include_usage: false } })).toEqual({ stream: true, stream_options: { include_obfuscation: false, include_usage: true } });
  });

  test.each([['/v1/responses'], ['/v1/embeddings']])('is not asked for at %s', (path) => {
    expect(sent('openai', path, { stream: true })).toEqual({ stream: true });
  });
});

test('answers are asked for unencoded', () => {
  const message: LlmMessage = { kind: 'llm', provider: 'openai', model: 'm', tools: [], stream: false };
  expect(treatLlm(message, CHAT, {}, [])?.request.headers?.([['accept-encoding', 'gzip, br'], ['accept', '*/*']])).toEqual([['accept', '*/*'], ['accept-encoding', 'identity']]);
});
