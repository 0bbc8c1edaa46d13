import { expect, test } from 'vitest';
import { CredentialAnswer } from '../../../../src/core/traffic/credential/answer.ts';
import { Mask } from '../../../../src/core/traffic/credential/mask.ts';

const answer = (method = 'GET'): CredentialAnswer => new CredentialAnswer(new Mask(['sk-0123456789']), method);

test('headers, trailers and the status text are covered, and counted', () => {
  const one = answer();
  expect(one.head({ status: 200, statusText: 'OK sk-0123456789', headers: [['x-echo', 'Bearer sk-0123456789'], ['content-length', '5']] }))
    .toEqual({ status: 200, statusText: 'OK *************', headers: [['x-echo', 'Bearer *************'], ['content-length', '5']] });
  expect(one.trailers([['x-sk-0123456789', 'a']])).toEqual([['x-*************', 'a']]);
  expect(one.facts()).toEqual({ redactions: { credential: 3 } });
  expect(answer().facts()).toEqual({});
});

test.each([['content-encoding', 'gzip'], ['grpc-encoding', 'gzip']])('an answer whose %s is %s is refused, unless it has no body', (name, value) => {
  const head = { status: 200, headers: [[name, value]] as const };
  expect(() => answer().head(head)).toThrow('an echo of the credential could not be told in it');
  expect(answer('HEAD').head(head)).toEqual(head);
  expect(answer().head({ ...head, status: 304 })).toEqual({ ...head, status: 304 });
  expect(answer().head({ status: 200, headers: [[name, 'Identity']] })).toEqual({ status: 200, headers: [[name, 'Identity']] });
});
