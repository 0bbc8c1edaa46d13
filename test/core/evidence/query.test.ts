import { describe, expect, test } from 'vitest';
import { redactQuery } from '../../../src/core/evidence/query.ts';

describe('credentials in a query', () => {
  test.each([
    ['', ''],
    ['q=token&page=2', 'q=token&page=2'],
    ['access_token=abc&page=2', 'access_token=[redacted]&page=2'],
    ['API_KEY=abc', 'API_KEY=[redacted]'],
    ['apikey=a=b=c', 'apikey=[redacted]'],
    ['access%5Ftoken=abc', 'access%5Ftoken=[redacted]'],
    ['X-Amz-Signature=abc&X-Amz-Date=20260101', 'X-Amz-Signature=[redacted]&X-Amz-Date=20260101'],
    ['api-key=abc&api_key=abc&apikey=abc&X-API-Key=abc', 'api-key=[redacted]&api_key=[redacted]&apikey=[redacted]&X-API-Key=[redacted]'],
    ['access-token=a&Client-Secret=b&subscription-key=c', 'access-token=[redacted]&Client-Secret=[redacted]&subscription-key=[redacted]'],
    ['sig=abc&se=2026', 'sig=[redacted]&se=2026'],
    ['token', 'token'],
    ['%zz=1&token=2', '%zz=1&token=[redacted]'],
    ['monkey=1', 'monkey=1'],
    ['&&token=1&', '&&token=[redacted]&'],
  ])('%s is recorded as %s', (query, expected) => {
    expect(redactQuery(query)).toBe(expected);
  });
});
