import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { anthropic, converse, gemini, invoke, type ModelAnswer, openAiChat, openAiResponses } from './model-answers.ts';
import { type SeenCall, startToolServer, type ToolServer } from './tool-server.ts';

export interface ModelServerOptions {
  readonly hosts: readonly string[];
  /** Milliseconds between the pieces of a streamed answer. */
  readonly pace?: number;
  /** In place of what the path and the body ask for. */
  readonly answer?: (call: SeenCall) => ModelAnswer;
}

/** All providers at once, told apart by the path. */
export async function startModelServer({ hosts, pace, answer = answerTo }: ModelServerOptions): Promise<ToolServer> {
  return await startToolServer({ hosts, answer: (call, response) => { void send(answer(call), response, pace); } });
}

/** What the provider whose path it is would answer to this body. */
export function answerTo({ url, body }: Pick<SeenCall, 'url' | 'body'>): ModelAnswer {
  const [path = '', query = ''] = url.split('?', 2);
  const asked = JSON.parse(body === '' ? '{}' : body) as { stream?: boolean; stream_options?: { include_usage?: boolean } | null };
  const stream = asked.stream === true;
  if (path.endsWith('/chat/completions')) return openAiChat(stream, asked.stream_options?.include_usage === true);
  if (path.endsWith('/responses')) return openAiResponses(stream);
  if (path.endsWith('/messages')) return anthropic(stream);
  if (path.endsWith(':streamGenerateContent')) return gemini(query.includes('alt=sse') ? true : 'list');
  if (path.endsWith(':generateContent')) return gemini(false);
  if (/\/converse(?:-stream)?$/.test(path)) return converse(path.endsWith('-stream'));
  if (/\/invoke(?:-with-response-stream)?$/.test(path)) return invoke(path.endsWith('-stream'));
  return { type: 'application/json', pieces: [JSON.stringify({ object: 'list', data: [] })] };
}

async function send({ type, headers, pieces }: ModelAnswer, response: ServerResponse, pace: number | undefined): Promise<void> {
  response.writeHead(200, { 'content-type': type, ...headers });
  for (const piece of pieces) {
    response.write(piece);
    if (pace !== undefined) await setTimeout(pace);
  }
  response.end();
}
