import { describe, expect, test } from 'vitest';
import type { LlmProvider } from '../../../../src/core/terms/action.ts';
import type { ReasonCode } from '../../../../src/core/terms/reason.ts';
import { llmRefusal } from '../../../../src/core/traffic/llm/refusal.ts';

const refused = (reason: ReasonCode) => ({ reason, sentence: 'It is denied.', hint: 'Ask otherwise.', call: 'c1', rule: { policy: 'agents/triage', tool: 'model', rule: 'no-search' } });

describe('a refusal has the form of the provider\'s own errors', () => {
  test.each<[LlmProvider, ReasonCode, number, unknown, string | undefined]>([
    ['openai', 'denied-by-rule', 403, { error: { message: 'It is denied. Ask otherwise.', type: 'permission_error', param: null, code: 'denied-by-rule', rule: 'model/no-search', policy: 'agents/triage', call: 'c1' } }, undefined],
    ['openai', 'limit-reached', 429, { error: { type: 'rate_limit_error' } }, undefined],
    ['anthropic', 'denied-by-rule', 403, { type: 'error', error: { type: 'permission_error', message: 'It is denied. Ask otherwise.' }, request_id: 'c1' }, undefined],
    ['anthropic', 'body-too-large', 413, { error: { type: 'request_too_large' } }, undefined],
    ['anthropic', 'upstream-unreachable', 502, { error: { type: 'api_error' } }, undefined],
    ['gemini', 'denied-by-rule', 403, { error: { code: 403, status: 'PERMISSION_DENIED', details: [{ reason: 'denied-by-rule', domain: 'sallyport.dev', metadata: { rule: 'model/no-search' } }] } }, undefined],
    ['bedrock', 'denied-by-rule', 403, { message: 'It is denied. Ask otherwise.', reason: 'denied-by-rule' }, 'AccessDeniedException'],
    ['bedrock', 'limit-reached', 429, { call: 'c1' }, 'ThrottlingException'],
  ])('%s: %s', (provider, reason, status, body, type) => {
    const refusal = llmRefusal(provider, refused(reason), 'application/json');
    expect(refusal.status).toBe(status);
    expect(JSON.parse(refusal.body)).toMatchObject(body as object);
    expect(Object.fromEntries(refusal.headers)).toEqual({ 'content-type': 'application/json', ...(type !== undefined && { 'x-amzn-errortype': type }) });
  });

  test.each([['text/event-stream', true], ['text/event-stream, application/json', false], ['*/*', false], [undefined, false]])('who accepts %s gets it as an event: %s', (accept, event) => {
    const { body, headers } = llmRefusal('anthropic', refused('denied-by-rule'), accept);
    expect(Object.fromEntries(headers)['content-type']).toBe(event ? 'text/event-stream' : 'application/json');
    expect(body.startsWith('event: error\ndata: {"type":"error"')).toBe(event);
    expect(body.endsWith('}\n\n')).toBe(event);
  });
});
