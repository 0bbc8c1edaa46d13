import { expect, onTestFinished, test } from 'vitest';
import { startModelServer } from './model-server.ts';

async function asked(path: string, body: unknown): Promise<{ type: string | null; text: string }> {
  const server = await startModelServer({ hosts: [] });
  onTestFinished(async () => { await server.close(); });
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { type: answer.headers.get('content-type'), text: await answer.text() };
}

test('the fake models tell the usage of a streamed chat only to those who ask for it', async () => {
  const without = await asked('/v1/chat/completions', { stream: true });
  expect(without.type).toBe('text/event-stream');
  expect(without.text).not.toContain('prompt_tokens');
  expect(without.text).toMatch(/data: \[DONE\]\n\n$/);
  expect((await asked('/v1/chat/completions', { stream: true, stream_options: { include_usage: true } })).text).toContain('"choices":[],"usage":{"prompt_tokens":100');
});

test.each([
  ['/v1/responses', { stream: true }, 'text/event-stream', 'response.completed'],
  ['/v1/messages', {}, 'application/json', '"stop_reason":"tool_use"'],
  ['/v1beta/models/m:streamGenerateContent', {}, 'application/json', 'usageMetadata'],
  ['/v1beta/models/m:streamGenerateContent?alt=sse', {}, 'text/event-stream', 'usageMetadata'],
  ['/model/m/converse', {}, 'application/json', 'inputTokens'],
  ['/model/m/converse-stream', {}, 'application/vnd.amazon.eventstream', 'metadata'],
  ['/model/m/invoke-with-response-stream', {}, 'application/vnd.amazon.eventstream', 'chunk'],
])('the fake models answer %s %j as %s', async (path, body, type, holds) => {
  const answer = await asked(path, body);
  expect(answer.type).toBe(type);
  expect(answer.text).toContain(holds);
});
