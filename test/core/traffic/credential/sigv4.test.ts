import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { HttpAction } from '../../../../src/core/terms/action.ts';
import { AwsSigning } from '../../../../src/core/traffic/credential/aws-signing.ts';
import { awsAuthorization, awsTime } from '../../../../src/core/traffic/credential/sigv4.ts';
import { call } from '../../policy/fixtures.ts';

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signed: string;
  readonly signature: string;
}

const vectors = JSON.parse(readFileSync(new URL('../../../vectors/sigv4.json', import.meta.url), 'utf8')) as Vector[];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const TIME = Date.UTC(2015, 7, 30, 12, 36);

describe('the signature is that of AWS\'s test suite', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, { method, path, query, headers, body, signed, signature }) => {
    expect(awsAuthorization({ method, path, query, headers: Object.entries(headers), time: awsTime(TIME), payload: sha256(body) }, { service: 'service', region: 'us-east-1' }, keys))
      .toBe(`AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`);
  });

  test.each([
    ['GET', '/test.txt', '', [['range', 'bytes=0-9']], sha256(''), 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'],
    ['PUT', '/test%24file.text', '', [['date', 'Fri, 24 May 2013 00:00:00 GMT'], ['x-amz-storage-class', 'REDUCED_REDUNDANCY']], sha256('Welcome to Amazon S3.'), '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'],
    ['PUT', '/test$file.text', '', [['date', 'Fri, 24 May 2013 00:00:00 GMT'], ['x-amz-storage-class', 'REDUCED_REDUNDANCY']], sha256('Welcome to Amazon S3.'), '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'],
    ['GET', '/', 'lifecycle', [], sha256(''), 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['GET', '/', 'prefix=J&max-keys=2', [], sha256(''), '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ] as const)('and that of Amazon S3\'s examples: %s %s?%s', (method, path, query, headers, payload, signature) => {
    const all = [['host', 'examplebucket.s3.amazonaws.com'], ['x-amz-date', '20130524T000000Z'], ['x-amz-content-sha256', payload], ...headers] as const;
    const value = awsAuthorization({ method, path, query, headers: all, time: '20130524T000000Z', payload }, { service: 's3', region: 'us-east-1' }, { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' });
    expect(value).toContain(`Signature=${signature}`);
  });
});

describe('a request', () => {
  const action: HttpAction = { ...call('POST https://api.example.com/model/a%3A0/invoke'), query: 'x=1' };
  const signing = (session?: string, service = 'bedrock'): AwsSigning => new AwsSigning('aws', { service, region: 'eu-west-1' }, { ...keys, ...(session !== undefined && { session }) }, action, TIME);

  test('loses every signature of the agent\'s own, in headers and in the query', () => {
    const treatment = signing('session-token');
    treatment.body(Buffer.from('{}'));
    expect(treatment.target({ path: action.path, query: 'x=1&X-Amz-Signature=a&x-amz-credential=b&X-Amz-Date=c&X-Amz-Security-Token=d' })).toEqual({ path: action.path, query: 'x=1' });
    const headers = treatment.headers([['authorization', 'AWS4 own'], ['x-amz-date', 'own'], ['x-amz-security-token', 'own'], ['x-amz-content-sha256', 'own'], ['content-type', 'application/json'], ['x-amz-acl', 'private'], ['accept', '*/*']]);
    expect(headers.slice(0, -1)).toEqual([
      ['content-type', 'application/json'], ['x-amz-acl', 'private'], ['accept', '*/*'], ['accept-encoding', 'identity'],
      ['x-amz-date', '20150830T123600Z'], ['x-amz-content-sha256', sha256('{}')], ['x-amz-security-token', 'session-token'],
    ]);
    expect(headers.at(-1)?.[1]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/);
  });

  test.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', sha256('a')])('whose body streams keeps what that says of itself without a key: %s', (said) => {
    expect(signing(undefined, 's3').headers([['x-amz-content-sha256', said]])).toContainEqual(['x-amz-content-sha256', said]);
    expect(signing(undefined, 's3').headers([])).toContainEqual(['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']);
  });

  test('whose body is signed piece by piece is refused', () => {
    expect(() => signing(undefined, 's3').headers([['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']])).toThrow('each piece of its body is signed with a key of its own');
  });
});
