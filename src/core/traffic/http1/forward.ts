import type { Headers } from '../../terms/action.ts';
import { connectionOptions } from './connection.ts';
import type { Framing } from './message.ts';

/** Fields that concern one connection only (RFC 9110 section 7.6.1), and the old ones that act like it. */
const HOP_BY_HOP = new Set([
  'connection', 'http2-settings', 'keep-alive', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
  'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

/**
 * Also not passed on: a request's Host, which is rebuilt from the authority that was judged, and Expect, which the proxy answers
 * itself once the call is permitted; a response's Alt-Svc, which would send the client to a protocol that bypasses inspection.
 */
const DROPPED = { request: new Set(['host', 'expect']), response: new Set(['alt-svc']) };

/**
 * The fields of a read head that go on to the other side, in their order; those that Connection names stay behind.
 *
 * Content-Length goes on (a reader lets only one through, and never beside Transfer-Encoding); for a chunked body
 * `framingHeaders` adds the field anew.
 */
export function forwardableHeaders(headers: Headers, direction: 'request' | 'response'): Headers {
  const named = connectionOptions(headers);
  const dropped = DROPPED[direction];
  return headers.filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(name) && !named.includes(name));
}

/** What announces a body of unknown length; empty for the other framings. */
export function framingHeaders(framing: Framing): Headers {
  return framing.kind === 'chunked' ? [['transfer-encoding', 'chunked']] : [];
}
