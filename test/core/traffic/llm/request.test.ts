import { describe, expect, test } from 'vitest';
import type { LlmProvider } from '../../../../src/core/terms/action.ts';
import { type LlmReading, readLlmRequest } from '../../../../src/core/traffic/llm/request.ts';

function read(provider: LlmProvider, target: string, json?: unknown, method = 'POST'): LlmReading {
  const [path = '', query = ''] = target.split('?', 2);
  const bytes = json === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(json));
  return readLlmRequest({ method, path, query, headers: [], body: { bytes, ...(json !== undefined && { json }) } }, provider);
}

const said = (reading: LlmReading): unknown => (reading.ok ? reading.messages.map(({ model, tools: offered, maxTokens, stream }) => ({ model, tools: offered, ...(maxTokens !== undefined && { maxTokens }), stream })) : reading.sentence);
const tools = (reading: LlmReading): unknown => (reading.ok ? reading.messages[0]?.tools : reading.sentence);

const CHAT = '/v1/chat/completions';

describe('a request to a model is read by path and body', () => {
  test.each<[LlmProvider, string, unknown, unknown]>([
    ['openai', CHAT, { model: 'gpt-4o', max_completion_tokens: 9, stream: true }, { model: 'gpt-4o', tools: [], maxTokens: 9, stream: true }],
    ['openai', '/api/v1/chat/completions', { model: 'a/b' }, { model: 'a/b', tools: [], stream: false }],
    ['openai', '/openai/deployments/gpt-4o/chat/completions?api-version=1', { model: 'gpt-4o' }, { model: 'gpt-4o', tools: [], stream: false }],
    ['openai', '/v1/completions', { model: 'm', prompt: 'x', max_tokens: 5, n: 2, best_of: 3 }, { model: 'm', tools: [], maxTokens: 15, stream: false }],
    ['openai', '/v1/responses', { model: 'm', max_output_tokens: 7 }, { model: 'm', tools: [], maxTokens: 7, stream: false }],
    ['openai', '/v1/embeddings', { model: 'e', input: ['x'] }, { model: 'e', tools: [], maxTokens: 0, stream: false }],
    ['anthropic', '/v1/messages', { model: 'claude', max_tokens: 3, stream: true }, { model: 'claude', tools: [], maxTokens: 3, stream: true }],
    ['anthropic', '/v1/messages/count_tokens', { model: 'claude' }, { model: 'claude', tools: [], maxTokens: 0, stream: false }],
    ['gemini', '/v1beta/models/gemini-2:generateContent', { generationConfig: { maxOutputTokens: 4, candidateCount: 2 } }, { model: 'gemini-2', tools: [], maxTokens: 8, stream: false }],
    ['gemini', '/v1beta/models/gemini-2:streamGenerateContent?alt=sse', { generation_config: { max_output_tokens: 4 } }, { model: 'gemini-2', tools: [], maxTokens: 4, stream: true }],
    ['gemini', '/v1/projects/p/locations/l/publishers/google/models/g:generateContent', { model: 'models/g' }, { model: 'g', tools: [], stream: false }],
    ['bedrock', '/model/anthropic.claude-v2%3A0/converse', { inferenceConfig: { maxTokens: 6 } }, { model: 'anthropic.claude-v2:0', tools: [], maxTokens: 6, stream: false }],
    ['bedrock', '/model/m/converse-stream', { inferenceConfig: { maxTokens: 6 }, additionalModelRequestFields: { max_tokens: 60 } }, { model: 'm', tools: [], maxTokens: 60, stream: true }],
    ['bedrock', '/model/m/invoke', { max_gen_len: 6 }, { model: 'm', tools: [], maxTokens: 6, stream: false }],
    ['bedrock', '/model/m/invoke-with-response-stream', { textGenerationConfig: { maxTokenCount: 6 } }, { model: 'm', tools: [], maxTokens: 6, stream: true }],
  ])('of %s: %s %j', (provider, path, body, expected) => {
    expect(said(read(provider, path, body))).toEqual([expected]);
  });

  test('each model that it falls back to is a message of its own', () => {
    expect(said(read('openai', CHAT, { model: 'a', models: ['b', 'a'] }))).toEqual([{ model: 'a', tools: [], stream: false }, { model: 'b', tools: [], stream: false }]);
  });

  test.each<[LlmProvider, string]>([['openai', '/v1/models'], ['openai', '/v1/models/gpt-4o'], ['anthropic', '/v1/models'], ['gemini', '/v1beta/models'], ['bedrock', '/foundation-models']])('of %s: GET %s only tells of models', (provider, path) => {
    expect(read(provider, path, undefined, 'GET')).toEqual({ ok: true, messages: [] });
  });
});

describe('offered tools have all the names that they could be known by', () => {
  test.each<[LlmProvider, string, unknown, readonly string[]]>([
    ['openai', CHAT, { tools: [{ type: 'function', function: { name: 'f' } }, { type: 'custom', custom: { name: 'c' } }], functions: [{ name: 'old' }] }, ['f', 'c', 'old']],
    ['openai', CHAT, { web_search_options: {} }, ['web_search']],
    ['openai', CHAT, { enable_search: false }, []],
    ['openai', CHAT, { plugins: [{ id: 'web' }] }, ['web']],
    ['openai', '/v1/responses', { tools: [{ type: 'function', name: 'f' }, { type: 'web_search_preview_2025_03_11' }, { type: 'code_interpreter', container: { type: 'auto' } }, { type: 'computer_use_preview' }] }, ['f', 'web_search_preview', 'code_interpreter', 'computer_use_preview']],
    ['openai', '/v1/responses', { tools: [{ type: 'mcp', server_label: 'harmless', server_url: 'https://mcp.example.com' }, { type: 'mcp', server_label: 'x', connector_id: 'connector_mail' }] }, ['mcp', 'https://mcp.example.com', 'connector_mail']],
    ['openai', '/v1/responses', { tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'inner' }] }], input: [{ type: 'tool_search_output', tools: [{ type: 'function', name: 'found' }] }, { role: 'user', content: 'x' }] }, ['inner', 'found']],
    ['anthropic', '/v1/messages', { tools: [{ name: 'f', input_schema: {} }, { type: 'web_search_20250305', name: 'web_search' }, { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' }] }, ['f', 'web_search', 'text_editor', 'str_replace_based_edit_tool']],
    ['anthropic', '/v1/messages', { mcp_servers: [{ type: 'url', name: 'get_weather', url: 'https://mcp.example.com' }], tools: [{ type: 'mcp_toolset', mcp_server_name: 'get_weather' }], container: { skills: [{ type: 'anthropic', skill_id: 'xlsx' }] } }, ['mcp', 'https://mcp.example.com', 'xlsx']],
    ['gemini', '/v1beta/models/g:generateContent', { tools: [{ functionDeclarations: [{ name: 'f' }], googleSearch: {} }, { code_execution: {} }, { mcpServers: [{ name: 'x', streamableHttpTransport: { url: 'https://mcp.example.com' } }] }] }, ['f', 'google_search', 'code_execution', 'mcp', 'https://mcp.example.com']],
    ['bedrock', '/model/m/converse', { toolConfig: { tools: [{ toolSpec: { name: 'f' } }, { cachePoint: { type: 'default' } }, { systemTool: { name: 'nova_grounding' } }] }, additionalModelRequestFields: { tools: [{ type: 'computer_20250124', name: 'computer' }] } }, ['f', 'nova_grounding', 'computer']],
    ['bedrock', '/model/m/invoke', { tools: [{ name: 'f' }] }, ['f']],
  ])('of %s: %s %j', (provider, path, body, expected) => {
    expect(tools(read(provider, path, { model: provider === 'openai' || provider === 'anthropic' ? 'm' : undefined, ...body as object }))).toEqual(expected);
  });
});

describe('what may ask a model for something that is not read is not read at all', () => {
  const model = { model: 'm' };
  test.each<[string, LlmProvider, string, unknown, string]>([
    ['another path', 'openai', '/v1/files', model, '"/v1/files" is no path by which a model of openai is asked.'],
    ['batches', 'anthropic', '/v1/messages/batches', model, '"/v1/messages/batches" is no path by which a model of anthropic is asked.'],
    ['no JSON', 'openai', CHAT, undefined, 'The request has no body that is strictly JSON, called JSON, and an object.'],
    ['a list', 'openai', CHAT, [model], 'The request has no body that is strictly JSON, called JSON, and an object.'],
    ['no model', 'openai', CHAT, {}, 'The request names no model.'],
    ['a model that is no text', 'openai', CHAT, { model: ['m'] }, 'The request names a model by something else than a text.'],
    ['two models', 'openai', '/openai/deployments/a/chat/completions', { model: 'b' }, 'The request names another model in its body than in its path.'],
    ['two models of Google', 'gemini', '/v1beta/models/a:generateContent', { model: 'models/b' }, 'The request names another model in its body than in its path.'],
    ['a member in other letters', 'openai', CHAT, { ...model, Tools: [] }, 'The request has a member "Tools" that some servers take for another one.'],
    ['a member with a hyphen', 'openai', CHAT, { ...model, 'max-tokens': 1 }, 'The request has a member "max-tokens" that some servers take for another one.'],
    ['a name in other letters', 'openai', CHAT, { ...model, tools: [{ type: 'function', function: { Name: 'x' } }] }, 'The request has a member "Name" that some servers take for another one.'],
    ['a tool without a name', 'openai', CHAT, { ...model, tools: [{ type: 'function' }] }, 'The request offers a tool without a name.'],
    ['a tool that is no object', 'openai', CHAT, { ...model, tools: ['x'] }, 'The request offers a tool in something else than an object.'],
    ['tools that are no list', 'openai', CHAT, { ...model, tools: { 0: {} } }, 'The request offers tools in something else than a list.'],
    ['a tool written twice', 'gemini', '/v1beta/models/a:generateContent', { tools: [{ name: 'x', functionDeclarations: [{ name: 'y' }] }] }, 'The request offers a tool that is written in two ways.'],
    ['a ceiling that is none', 'openai', CHAT, { ...model, max_tokens: 5, n_predict: -1 }, 'The request has a n_predict that is no number of tokens or answers.'],
    ['a stream that is neither', 'openai', CHAT, { ...model, stream: 'true' }, 'The request has a member stream that is neither true nor false.'],
    ['a stored prompt', 'openai', '/v1/responses', { ...model, prompt: { id: 'pmpt_1' } }, 'The request uses a stored prompt, whose tools cannot be seen.'],
    ['an answer later on', 'openai', '/v1/responses', { ...model, background: true }, 'The request wants to be answered later, where usage cannot be read.'],
    ['cached content', 'gemini', '/v1beta/models/a:generateContent', { cachedContent: 'cachedContents/1' }, 'The request uses cached content, whose tools cannot be seen.'],
    ['a partial answer', 'gemini', '/v1beta/models/a:generateContent?fields=candidates', {}, 'The request asks for a part of the answer, in which usage may be missing.'],
    ['another form of answer', 'gemini', '/v1beta/models/a:generateContent?alt=proto', {}, 'The request has a query parameter "alt" by which the server would read it in another way.'],
    ['another method by query', 'gemini', '/v1beta/models/a:generateContent?%24httpMethod=GET', {}, 'The request has a query parameter "$httpMethod" by which the server would read it in another way.'],
  ])('%s (%s %s)', (_, provider, path, body, sentence) => {
    expect(read(provider, path, body)).toEqual({ ok: false, sentence });
  });

  test('another method than POST', () => {
    expect(read('openai', CHAT, model, 'PUT')).toEqual({ ok: false, sentence: 'The request asks a model by another method than POST.' });
  });
});
