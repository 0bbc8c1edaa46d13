import { quoted } from '../terms/quote.ts';

/** `fault` is the predicate of `sentence`, such as `has a dot segment`. */
export type CanonicalPath =
  | { readonly ok: true; readonly path: string; readonly query: string }
  | { readonly ok: false; readonly sentence: string; readonly fault: string };

/**
 * Origin-form request target (RFC 9112 section 3.2.1) in its one normal form; `query` is without the question mark, as it came.
 *
 * Percent-encoded unreserved characters are decoded, other escapes get upper-case digits (RFC 3986 section 6.2.2), characters
 * that a path may not hold are encoded. Whatever two programs may read as two different paths is refused: encoded slashes,
 * backslashes and control bytes, escapes of escapes, bytes that are not UTF-8, empty segments, and dot segments in any
 * spelling, also before path parameters (`..;`).
 */
export function canonicalPath(raw: string): CanonicalPath {
  const mark = raw.indexOf('?');
  const rawPath = mark === -1 ? raw : raw.slice(0, mark);
  const query = mark === -1 ? '' : raw.slice(mark + 1);
  if (!QUERY.test(query)) return fault(raw, 'has a fragment, a space, or a control or non-ASCII character in its query');
  if (PLAIN.test(rawPath)) return { ok: true, path: rawPath, query };
  if (!rawPath.startsWith('/')) return fault(raw, 'does not begin with a slash');
  const problem = escapeFault(rawPath);
  if (problem !== undefined) return fault(raw, problem);
  const path = rawPath.replaceAll(ESCAPE, normalEscape).replaceAll(UNSAFE, encode);
  const hidden = hiddenFault(path);
  return hidden === undefined ? { ok: true, path, query } : fault(raw, hidden);
}

/** Already canonical, told in one pass: no escapes, no parameters, no segment that begins with a dot. Nearly every path. */
const PLAIN = /^(?=\/)(?:\/[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*)*\/?$/;
const QUERY = /^[!-"$-~]*$/;
const ESCAPE = /%[0-9A-Fa-f]{2}/g;
/** Visible, and not allowed in a path (RFC 3986 section 3.3); clients differ in whether they encode them. */
const UNSAFE = /["<>[\]^`{|}]/g;
const UNRESERVED = /[A-Za-z0-9._~-]/;

function escapeFault(path: string): string | undefined {
  if (/[^!-~]/.test(path)) return 'has a space, or a control or non-ASCII character';
  if (path.includes('#')) return 'has a fragment';
  if (/\\|%5c/i.test(path)) return 'has a backslash';
  if (/%(?![0-9a-f]{2})/i.test(path)) return 'has a percent sign without two hexadecimal digits';
  if (/%2f/i.test(path)) return 'has an encoded slash';
  if (/%(?:[01]|7f)/i.test(path)) return 'has an encoded control character';
  return decoded(path) === undefined ? 'does not decode to UTF-8' : undefined;
}

/** What shows only once escapes are decoded: `%25%41a` is `%25Aa`, an escape of an escape. */
function hiddenFault(path: string): string | undefined {
  if (/%25[0-9A-Fa-f]{2}/.test(path)) return 'is encoded twice';
  const segments = path.slice(1).split('/');
  for (const [index, segment] of segments.entries()) {
    const name = segment.replace(/(?:;|%3B).*$/s, '');
    if (name === '.' || name === '..') return 'has a dot segment';
    if (name === '' && (segment !== '' || index < segments.length - 1)) return 'has an empty segment';
  }
  return undefined;
}

function normalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  return UNRESERVED.test(character) ? character : escape.toUpperCase();
}

const encode = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const fault = (raw: string, what: string): CanonicalPath => ({ ok: false, sentence: `The path ${quoted(withoutSecrets(raw))} ${what}.`, fault: what });

/** The sentence goes to the record, where credentials must not: neither those of a query, however it was cut off, nor user information. */
const withoutSecrets = (raw: string): string => raw.replace(/(?:[?#]|%(?:25)*(?:3f|23)).*$/is, '').replace(/\/\/[^/]*@/g, '//[redacted]@');
