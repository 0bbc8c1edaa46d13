import * as fc from 'fast-check';

/** Longer than a sentence may quote of anything, and unlike what the templates hold. */
const secrets = fc.stringMatching(/^[A-Za-z0-9]{20,40}$/);

/** SECRET stands for the secret, TARGET for target and query. */
const STARTS = ['GET TARGET HTTP/1.1', 'get TARGET HTTP/1.1', 'GET TARGET HTTP/2.0', 'GET TARGET', 'GET  TARGET HTTP/1.1', 'GET TARGET HTTP/1.1 ', 'CONNECT TARGET HTTP/1.1', 'OPTIONS TARGET HTTP/1.1', 'SECRET TARGET HTTP/1.1', 'SECRET', 'GET SECRET TARGET HTTP/1.1', 'GET TARGET SECRET'];
const TARGETS = [
  '/ok', '/ok//secret', '/a/../b', '/ok/%2f', '/ok/%00', '/ok%3Fapi-key=SECRET/../b', '/ok#SECRET', '//user:SECRET@a.example/', '/a//user:SECRET@a.example/', '/\u00e9', '/a\\b',
  'http://user:SECRET@a.example/', 'http://SECRET@a.example', 'http://a.example//b', 'http:///', 'ftp://user:SECRET@a.example/', 'user:SECRET@a.example:80', 'SECRET', 'a.example', 'a.example:80',
];
const QUERIES = ['', '?api-key=SECRET', '?token=SECRET', '?api-key=SECRET#SECRET', '?api-key=SECRET ', '?api-key=SECRET\u00e9'];
const FIELDS = [
  'Host: a.example', 'Host: user:SECRET@a.example', 'Host: a.example, SECRET', 'Authorization: Bearer SECRET', 'Authorization : Bearer SECRET', 'Authorization Bearer SECRET', 'Cookie: a\r\nSECRET b', 'Cookie: a\r\n SECRET', 'Cookie: a\rSECRET', 'Cookie: a\nSECRET',
  'Cookie:\tSECRET', 'X: \0SECRET', ': SECRET', 'Transfer-Encoding: SECRET', 'Transfer-Encoding: gzip, SECRET', 'Transfer-Encoding: chunked', 'Content-Length: SECRET', 'Content-Length: 5', 'Connection: "SECRET"', 'Connection: SECRET, host', 'Expect: SECRET', 'Upgrade: SECRET',
  'X-HTTP-Method-Override: SECRET', 'X-Method-Override: GET',
];
const BODIES = ['', 'SECRET', '5;"SECRET\r\n', '5;a=SECRET b\r\n', 'SECRET\r\n', '5\r\nSECRET', '0\r\nAuthorization: SECRET\r\n\r\n', '0\r\nSECRET b\r\n\r\n', '0\r\n\r\nSECRET a HTTP/1.1\r\n\r\n', 'SECRET a HTTP/1.1\r\n\r\n', '12345GET /SECRET SECRET\r\n\r\n'];

export interface Malformed {
  readonly secret: string;
  /** Latin1. Some are not malformed at all, or only where they are sent. */
  readonly bytes: string;
}

/** Requests that are wrong in one place or in several, with a secret in places that may hold one. */
export const malformedRequests: fc.Arbitrary<Malformed> = fc
  .record({ secret: secrets, start: fc.constantFrom(...STARTS), target: fc.constantFrom(...TARGETS), query: fc.constantFrom(...QUERIES), fields: fc.subarray(FIELDS, { maxLength: 4 }), body: fc.constantFrom(...BODIES) })
  .map(({ secret, start, target, query, fields, body }) => {
    const filled = [start.replace('TARGET', `${target}${query}`), ...(fields.some((field) => field.startsWith('Host')) ? [] : ['Host: a.example']), ...fields].join('\r\n');
    return { secret, bytes: `${filled}\r\n\r\n${body}`.replaceAll('SECRET', secret) };
  });
