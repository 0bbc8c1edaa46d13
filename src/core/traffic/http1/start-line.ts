import { quoted } from '../../terms/quote.ts';
import { ProtocolFault } from './fault.ts';
import type { Version } from './message.ts';

/**
 * The registered methods that Node's parser knows too. A list rather than any token: a method that the two sides of the proxy
 * frame differently would be a way around, and `get` is not GET (RFC 9110 section 9.1).
 */
const METHODS = new Set([
  'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY',
  'ACL', 'BIND', 'CHECKOUT', 'COPY', 'LINK', 'LOCK', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'PROPFIND', 'PROPPATCH',
  'REBIND', 'REPORT', 'SEARCH', 'UNBIND', 'UNLINK', 'UNLOCK',
]);

/** Whether it is one that is let through to be judged. */
export function isMethod(text: string): boolean {
  return METHODS.has(text);
}

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: Version;
  /** Index of the first field in the text. */
  readonly next: number;
}

export interface StatusLine {
  readonly version: Version;
  readonly status: number;
  readonly statusText: string;
  readonly next: number;
}

/** `METHOD SP TARGET SP HTTP/1.x CR LF` at the beginning of `text`, with exactly these spaces (RFC 9112 section 3). */
export function readRequestLine(text: string): RequestLine {
  const end = lineEnd(text);
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  if (first === -1 || second === -1 || second > end) throw malformedLine('METHOD TARGET HTTP/1.1', 'a line without two spaces');
  const method = text.slice(0, first);
  const protocol = text.slice(second + 1, end);
  if (method === 'PRI' && protocol === 'HTTP/2.0') {
    throw new ProtocolFault('not-http1', 'expected HTTP/1.1, got the preface of HTTP/2 (prior knowledge)');
  }
  const version = readVersion(protocol);
  if (!isMethod(method)) throw unknownMethod(method);
  return { method, target: text.slice(first + 1, second), version, next: end + 2 };
}

/**
 * `HTTP/1.x SP STATUS SP [TEXT] CR LF` (RFC 9112 section 4). The second space may be missing where there is no text: servers
 * that leave it out are many, and it can be read in one way only.
 */
export function readStatusLine(text: string): StatusLine {
  const end = lineEnd(text);
  const version = readVersion(text.slice(0, Math.min(8, end)));
  const status = text.slice(9, Math.min(12, end));
  const separated = text[8] === ' ' && (end === 12 || text[12] === ' ');
  if (!separated || !/^[1-5][0-9]{2}$/.test(status)) {
    throw new ProtocolFault('status-malformed', `expected a status from 100 to 599 between spaces, got ${/^[0-9]{3}$/.test(status) ? status : 'something else'}`);
  }
  return { version, status: Number(status), statusText: text.slice(13, end), next: end + 2 };
}

function lineEnd(text: string): number {
  const end = text.indexOf('\r');
  if (end <= 0) throw malformedLine('a start line', 'an empty line');
  return end;
}

function readVersion(protocol: string): Version {
  if (protocol === 'HTTP/1.1') return '1.1';
  if (protocol === 'HTTP/1.0') return '1.0';
  if (/^HTTP\/[0-9]\.[0-9]$/.test(protocol)) throw new ProtocolFault('version-unsupported', `expected HTTP/1.1 or HTTP/1.0, got ${protocol}`);
  throw malformedLine('HTTP/1.1 between one space and the line end', 'something else');
}

/** What stands there may be the end of a body whose length was wrong, so only what is nearly a method is quoted. */
function unknownMethod(method: string): ProtocolFault {
  return new ProtocolFault('method-unknown', `expected a registered method in upper case, got ${METHODS.has(method.toUpperCase()) ? quoted(method) : 'another word'}`);
}

/** Never with the line itself: its query, or the body that it may be the end of, may hold a secret, and the sentence goes to the record. */
function malformedLine(expected: string, got: string): ProtocolFault {
  return new ProtocolFault('start-line-malformed', `expected ${expected}, got ${got}`);
}
