import type { HttpAction, LlmMessage, LlmProvider } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import { quoted } from '../../terms/quote.ts';
import { endpointOf, type LlmEndpoint, tellsOfModels } from './endpoint.ts';
import { offeredTools } from './offered-tools.ts';
import { LlmRequestFault } from './request-fault.ts';
import { refuseVariants } from './spelling.ts';
import { tokenCeiling } from './token-ceiling.ts';
import type { Members } from './tool-names.ts';

/** Messages: one for each model that the request names; none for what only tells of models. */
export type LlmReading =
  | { readonly ok: true; readonly messages: readonly LlmMessage[] }
  /** `sentence`: why it could not be read as a call to a model, so that no rule can judge it. */
  | { readonly ok: false; readonly sentence: string };

/** What a call asks of a model, told by its path and by its whole body. */
export function readLlmRequest(action: Pick<HttpAction, 'method' | 'path' | 'query' | 'headers' | 'body'>, provider: LlmProvider): LlmReading {
  if (tellsOfModels(provider, action.method, action.path) && (action.body?.bytes.length ?? 0) === 0) return { ok: true, messages: [] };
  const endpoint = endpointOf(provider, action.path);
  if (endpoint === undefined) return { ok: false, sentence: `${quoted(action.path)} is no path by which a model of ${provider} is asked.` };
  try {
    return { ok: true, messages: messagesOf(action, provider, endpoint) };
  } catch (error) {
    if (error instanceof LlmRequestFault) return { ok: false, sentence: `The request ${error.message}.` };
    throw error;
  }
}

function messagesOf(action: Parameters<typeof readLlmRequest>[0], provider: LlmProvider, endpoint: LlmEndpoint): readonly LlmMessage[] {
  if (action.method !== 'POST') throw new LlmRequestFault('asks a model by another method than POST');
  const body = action.body?.json;
  if (!isObject(body)) throw new LlmRequestFault('has no body that is strictly JSON, called JSON, and an object');
  refuseVariants(body);
  refuseUnseen(body, endpoint);
  if (endpoint.api === 'gemini') refusePartial(action);
  const tools = offeredTools(body);
  const maxTokens = endpoint.silent ? 0 : tokenCeiling(body);
  const stream = endpoint.streams ?? flag(body, 'stream');
  return modelsOf(body, endpoint).map((model) => ({ kind: 'llm', provider, model, tools, ...(maxTokens !== undefined && { maxTokens }), stream }));
}

/** What stands for more than the request says: it may hold a model, tools and limits that nobody here can see. */
function refuseUnseen(body: Members, { api }: LlmEndpoint): void {
  if (api === 'openai-responses' && body['prompt'] !== undefined && body['prompt'] !== null) throw new LlmRequestFault('uses a stored prompt, whose tools cannot be seen');
  if (api === 'openai-responses' && flag(body, 'background') && !flag(body, 'stream')) throw new LlmRequestFault('wants to be answered later, where usage cannot be read');
  if ((body['cachedContent'] ?? body['cached_content'] ?? null) !== null) throw new LlmRequestFault('uses cached content, whose tools cannot be seen');
}

/** Google's servers leave out of an answer what is not asked for, and answer in protocol buffers who asks for them. */
function refusePartial({ query, headers }: Pick<HttpAction, 'query' | 'headers'>): void {
  const parameters = [...new URLSearchParams(query)];
  const partial = parameters.some(([name]) => /^\$?fields$/.test(name)) || headers.some(([name]) => name === 'x-goog-fieldmask');
  if (partial) throw new LlmRequestFault('asks for a part of the answer, in which usage may be missing');
  const strange = parameters.find(([name, value]) => (/^\$?alt$/.test(name) && value !== 'json' && value !== 'sse') || /^\$(?:ct|req|http\w+)$/i.test(name));
  if (strange !== undefined) throw new LlmRequestFault(`has a query parameter ${quoted(strange[0])} by which the server would read it in another way`);
}

function modelsOf(body: Members, { api, model: inPath }: LlmEndpoint): readonly string[] {
  const { model, models } = body;
  const named = [inPath, model, ...(Array.isArray(models) ? models : [models])].filter((each) => each !== undefined && each !== null);
  const texts = named.map((each) => {
    if (typeof each !== 'string' || each === '') throw new LlmRequestFault('names a model by something else than a text');
    return api === 'gemini' ? each.replace(/^models\//, '') : each;
  });
  const distinct = [...new Set(texts)];
  if (distinct.length === 0) throw new LlmRequestFault('names no model');
  if (inPath !== undefined && distinct.length > 1) throw new LlmRequestFault('names another model in its body than in its path');
  return distinct;
}

function flag(body: Members, name: string): boolean {
  const value = body[name];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw new LlmRequestFault(`has a member ${name} that is neither true nor false`);
  return value;
}
