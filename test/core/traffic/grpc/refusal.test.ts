import { expect, test } from 'vitest';
import { grpcRefusal, isGrpc } from '../../../../src/core/traffic/grpc/refusal.ts';

test.each([
  ['host-not-listed', 7], ['denied-by-rule', 7], ['held-by-rule', 7], ['authority-mismatch', 7],
  ['limit-reached', 8], ['body-too-large', 8],
  ['upstream-unreachable', 14], ['upstream-timeout', 14], ['record-unavailable', 14], ['shutting-down', 14],
] as const)('%s is gRPC status %i', (reason, status) => {
  expect(new Map(grpcRefusal({ reason, sentence: 'x' })).get('grpc-status')).toBe(String(status));
});

test('the message is percent-encoded UTF-8, with what would help, and names the rule', () => {
  const fields = new Map(grpcRefusal({ reason: 'denied-by-rule', sentence: '100 % für\nnichts.', hint: 'Ask.', rule: { policy: 'agents/triage', tool: 'api', rule: 'no' } }));

  expect(fields.get('grpc-message')).toBe('100 %25 f%C3%BCr%0Anichts. Ask.');
  expect(fields.get('sallyport-reason')).toBe('denied-by-rule');
  expect(fields.get('sallyport-rule')).toBe('agents/triage api/no');
});

test.each([['application/grpc', true], ['application/grpc+proto', true], ['application/grpc;x=y', true], ['application/grpc-web', false], ['application/json', false]])('%s: %s', (type, is) => {
  expect(isGrpc([['content-type', type]])).toBe(is);
});
