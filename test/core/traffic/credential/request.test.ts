import { describe, expect, test } from 'vitest';
import type { CredentialReference } from '../../../../src/core/terms/permit.ts';
import { readyCredential } from '../../../../src/core/traffic/credential/ready.ts';
import { CredentialRequest } from '../../../../src/core/traffic/credential/request.ts';

const PLACEHOLDER = 'sallyport-0011-2233';
const SECRET = 's3cret "&" value';

function treatment(where: Pick<CredentialReference, 'in' | 'name'>, secret = SECRET, json = true): CredentialRequest {
  const ready = readyCredential({ secret: 'crm', value: '{token}', ...where }, new Map([['token', secret]]));
  if ('fault' in ready) throw new Error(ready.fault);
  return new CredentialRequest(ready, PLACEHOLDER, json);
}

describe('in a header', () => {
  test('it replaces whatever the agent sent, however often and with whichever dashes', () => {
    const headers = treatment({ in: 'header', name: 'x-api-key' }, 'abcdefgh').headers([['x-api-key', 'one'], ['accept', 'a'], ['x_api_key', 'two'], ['x-api-key', 'three']]);
    expect(headers).toEqual([['accept', 'a'], ['accept-encoding', 'identity'], ['x-api-key', 'abcdefgh']]);
  });

  test('the answer is asked for whole and unencoded', () => {
    const headers = treatment({ in: 'header', name: 'x-api-key' }, 'abcdefgh').headers([['accept-encoding', 'gzip'], ['range', 'bytes=0-3'], ['if-range', '"a"'], ['grpc-accept-encoding', 'gzip']]);
    expect(headers).toEqual([['accept-encoding', 'identity'], ['x-api-key', 'abcdefgh']]);
  });
});

describe('in a query', () => {
  test.each([
    [`key=${PLACEHOLDER}`, 'key=s3cret%20%22%26%22%20value'],
    [`a=1&key=${PLACEHOLDER}&b=2`, 'a=1&key=s3cret%20%22%26%22%20value&b=2'],
    [`key=other&key=${PLACEHOLDER}&k%65y=third`, 'key=s3cret%20%22%26%22%20value'],
    ['key=own', 'key=own'],
    [`other=${PLACEHOLDER}`, `other=${PLACEHOLDER}`],
    [`key=x${PLACEHOLDER}`, `key=x${PLACEHOLDER}`],
    ['', ''],
  ])('%s', (query, expected) => {
    expect(treatment({ in: 'query', name: 'key' }).target({ path: '/a', query })).toEqual({ path: '/a', query: expected });
  });
});

describe('in a body', () => {
  test.each([
    [`{ "token" : "${PLACEHOLDER}", "n": 1.50 }`, '{ "token" : "s3cret \\"&\\" value", "n": 1.50 }'],
    [`{"inner":{"token":"${PLACEHOLDER}"}}`, `{"inner":{"token":"${PLACEHOLDER}"}}`],
    [`{"token":"Bearer ${PLACEHOLDER}"}`, `{"token":"Bearer ${PLACEHOLDER}"}`],
    [`["${PLACEHOLDER}"]`, `["${PLACEHOLDER}"]`],
    ['{"token":"own"}', '{"token":"own"}'],
  ])('JSON %s', (body, expected) => {
    expect(Buffer.from(treatment({ in: 'body', name: 'token' }).body(Buffer.from(body))).toString()).toBe(expected);
  });

  test.each([`{"token":"${PLACEHOLDER}","copy":"${PLACEHOLDER}"}`, `{"token":"\\u0073${PLACEHOLDER.slice(1)}"}`])('is refused where it cannot be told which bytes are meant: %s', (body) => {
    expect(() => treatment({ in: 'body', name: 'token' }).body(Buffer.from(body))).toThrow('the placeholder of its credential stands in the body more than once, or escaped');
  });

  test('a form', () => {
    expect(Buffer.from(treatment({ in: 'body', name: 'token' }, SECRET, false).body(Buffer.from(`a=ö&token=${PLACEHOLDER}`))).toString()).toBe('a=ö&token=s3cret%20%22%26%22%20value');
  });
});

describe('a secret that cannot be set is said without a word of it', () => {
  test.each([
    ['short', 'it is shorter than the 8 characters that a secret has to have'],
    ['two lines\nof text', 'it holds characters that the header x-api-key cannot carry'],
    ['with a zero\0', 'it holds characters that the header x-api-key cannot carry'],
    ['größer als ASCII', 'it holds characters that the header x-api-key cannot carry'],
  ])('%j', (secret, fault) => {
    expect(readyCredential({ secret: 'crm', in: 'header', name: 'x-api-key', value: '{token}' }, new Map([['token', secret]]))).toEqual({ fault });
  });
});
