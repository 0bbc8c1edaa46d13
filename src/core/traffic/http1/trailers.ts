import type { Headers } from '../../terms/action.ts';
import { ProtocolFault } from './fault.ts';
import { readFields } from './fields.ts';

/**
 * Fields that may not come after the body (RFC 9110 section 6.5.1): those by which a message was framed, routed, authenticated
 * or understood, all of which has been done by then. Somebody further on might merge them into the head.
 */
const FORBIDDEN = new Set([
  'alt-svc', 'authorization', 'cache-control', 'connection', 'content-encoding', 'content-length', 'content-location', 'content-range',
  'content-type', 'cookie', 'expect', 'host', 'http2-settings', 'keep-alive', 'location', 'max-forwards', 'pragma', 'proxy-authenticate',
  'proxy-authorization', 'proxy-connection', 'range', 'set-cookie', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'www-authenticate',
]);

/** The fields after the last chunk. Throws `trailer-forbidden`, or what `readFields` throws. */
export function readTrailers(text: string, maximum: number): Headers {
  return checkTrailers(readFields(text, 0, maximum));
}

/** The same fields, none of which belongs in a head. Throws `trailer-forbidden`. */
export function checkTrailers(trailers: Headers): Headers {
  const forbidden = trailers.find(([name]) => FORBIDDEN.has(name));
  if (forbidden !== undefined) {
    throw new ProtocolFault('trailer-forbidden', `expected no field in the trailers that belongs in the head, got "${forbidden[0]}"`);
  }
  return trailers;
}
