/** Names of query parameters that carry a credential with common services (OAuth 2.0, signed URLs of the large clouds, API keys). */
const SECRET_NAME =
  /^(?:access_?token|id_?token|refresh_?token|auth|auth_?token|authorization|token|api_?key|apikey|key|client_?secret|secret|code|code_verifier|assertion|client_assertion|password|passwd|pwd|sig|signature|session_?token|x-amz-(?:signature|security-token|credential)|x-goog-(?:signature|credential)|x-ms-signature)$/i;

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
