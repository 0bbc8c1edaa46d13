import { quoted } from '../../terms/quote.ts';

/**
 * Why a resource's URI (RFC 3986) cannot be judged as it stands: servers take dot segments, backslashes and what is escaped without need
 * for other URIs than the one that was compared with a rule.
 */
export function uriFault(uri: string): string | undefined {
  const got = `got ${quoted(uri)}`;
  if (uri.length > 8_192) return 'expected a URI of at most 8192 characters, got a longer one';
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/.test(uri)) return `expected a URI of visible ASCII characters with its scheme, ${got}`;
  if (/[\\"<>^`|]/.test(uri)) return `expected a URI without characters that RFC 3986 has escaped, ${got}`;
  if (/%(?![0-9A-Fa-f]{2})/.test(uri)) return `expected two hexadecimal digits after each %, ${got}`;
  if (/%(?:2[EeFf]|5[Cc]|00)/.test(uri)) return `expected no escaped dots, slashes or NULs, ${got}`;
  return uri.split(/[?#]/, 1)[0]?.split('/').some((segment) => segment === '.' || segment === '..') === true ? `expected a URI without dot segments, ${got}` : undefined;
}
