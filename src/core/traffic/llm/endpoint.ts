import type { LlmProvider } from '../../terms/action.ts';

/** How a request to a model and its answer are written. */
export type LlmApi = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'bedrock-converse' | 'bedrock-invoke';

/** One of a provider's paths, as far as the path tells. */
export interface LlmEndpoint {
  readonly api: LlmApi;
  /** Where the path names the model. */
  readonly model?: string;
  /** Where the path says whether the answer is streamed; absent: the body says it. */
  readonly streams?: boolean;
  /** Only counts or embeds what it is sent: no model answers with tokens. */
  readonly silent?: true;
}

/** What is asked for on this path (canonical); undefined for what is no call to a model, or none that is known. */
export function endpointOf(provider: LlmProvider, path: string): LlmEndpoint | undefined {
  return READERS[provider](path);
}

/** Lists and descriptions of models, which every provider has and which cost nothing. */
export function tellsOfModels(provider: LlmProvider, method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && (provider === 'bedrock' ? /^\/foundation-models(?:\/[^/]+)?$/ : /^(?:\/[^/]+)*\/models(?:\/[^/]+){0,2}$/).test(path);
}

const READERS: Readonly<Record<LlmProvider, (path: string) => LlmEndpoint | undefined>> = { openai, anthropic, gemini, bedrock };

const OPENAI = /^(?:\/[^/]+)*?(?:\/deployments\/([^/]+))?\/(chat\/completions|completions|responses|responses\/input_tokens|embeddings)$/;

/** Those who speak it serve it below all kinds of prefixes; Azure names the model as a deployment. */
function openai(path: string): LlmEndpoint | undefined {
  const [, deployment, operation] = OPENAI.exec(path) ?? [];
  if (operation === undefined) return undefined;
  const silent = operation === 'embeddings' || operation === 'responses/input_tokens';
  return {
    api: operation.startsWith('responses') ? 'openai-responses' : 'openai-chat',
    ...(deployment !== undefined && { model: decodeURIComponent(deployment) }),
    ...(silent && { silent, streams: false }),
  };
}

function anthropic(path: string): LlmEndpoint | undefined {
  const [, count] = /^(?:\/[^/]+)*?\/v1\/messages(\/count_tokens)?$/.exec(path) ?? [undefined, null];
  if (count === null) return undefined;
  return { api: 'anthropic-messages', ...(count !== undefined && { silent: true, streams: false }) };
}

const GEMINI = /^(?:\/[^/]+)*?\/(models|tunedModels|endpoints)\/([^/]+):(generateContent|streamGenerateContent|countTokens)$/;

function gemini(path: string): LlmEndpoint | undefined {
  const [, collection, id, operation] = GEMINI.exec(path) ?? [];
  if (id === undefined) return undefined;
  const name = decodeURIComponent(id);
  return {
    api: 'gemini',
    model: collection === 'models' ? name : `${collection}/${name}`,
    streams: operation === 'streamGenerateContent',
    ...(operation === 'countTokens' && { silent: true }),
  };
}

function bedrock(path: string): LlmEndpoint | undefined {
  const [, model, operation] = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/.exec(path) ?? [];
  if (model === undefined || operation === undefined) return undefined;
  return { api: operation.startsWith('converse') ? 'bedrock-converse' : 'bedrock-invoke', model: decodeURIComponent(model), streams: operation.endsWith('-stream') };
}
