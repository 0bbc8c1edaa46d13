import { expect, test } from 'vitest';
import { problemBody, problemDocument } from '../../../src/core/traffic/problem.ts';

test('a refusal says what, why, by which rule and what would make it pass', () => {
  expect(problemDocument({
    reason: 'denied-by-rule',
    sentence: 'POST https://api.example.com/v1/pay is denied.',
    rule: { policy: 'agents/triage', tool: 'payments', rule: 'no-payments' },
    hint: 'Ask for an exemption.',
    call: '0192f0c1-0000-7000-8000-000000000000',
  })).toEqual({
    type: 'tag:sallyport.dev,2026:reason/denied-by-rule',
    title: 'Denied by a rule',
    status: 403,
    detail: 'POST https://api.example.com/v1/pay is denied.',
    reason: 'denied-by-rule',
    rule: 'payments/no-payments',
    policy: 'agents/triage',
    call: '0192f0c1-0000-7000-8000-000000000000',
    hint: 'Ask for an exemption.',
  });
});

test('what is not known is absent, not null', () => {
  expect(problemBody({ reason: 'policy-missing', sentence: 'No policy.', rule: undefined, hint: undefined, call: undefined })).toBe(`{
  "type": "tag:sallyport.dev,2026:reason/policy-missing",
  "title": "No policy applies to this agent",
  "status": 403,
  "detail": "No policy.",
  "reason": "policy-missing"
}
`);
});
