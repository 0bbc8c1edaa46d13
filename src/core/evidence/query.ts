/**
 * Names of query parameters that carry a credential with common services: OAuth 2.0, signed URLs of the large clouds, API keys.
 * Between the words of a name may stand `-`, `_` or nothing; case does not matter.
 */
const SECRET_NAMES = [
  'access token',
  'api key',
  'api token',
  'assertion',
  'auth',
  'auth token',
  'authorization',
  'bearer token',
  'client assertion',
  'client secret',
  'code',
  'code verifier',
  'id token',
  'key',
  'passwd',
  'password',
  'private token',
  'pwd',
  'refresh token',
  'secret',
  'session token',
  'sig',
  'signature',
  'subscription key',
  'token',
  'x amz credential',
  'x amz security token',
  'x amz signature',
  'x api key',
  'x auth token',
  'x goog credential',
  'x goog signature',
  'x ms signature',
];

const SECRET_NAME = new RegExp(`^(?:${SECRET_NAMES.map((name) => name.replaceAll(' ', '[-_]?')).join('|')})$`, 'i');

/** The query as it may stand in a record: `name=[redacted]` where the name, once decoded, means a credential. */
export function redactQuery(query: string): string {
  if (query === '') return query;
  return query.split('&').map(redactPair).join('&');
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals < 0) return pair;
  const name = pair.slice(0, equals);
  return SECRET_NAME.test(decoded(name)) ? `${name}=[redacted]` : pair;
}

function decoded(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
