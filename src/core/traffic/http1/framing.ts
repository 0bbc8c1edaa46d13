import type { Headers } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { onlyValue } from './fields.ts';
import { ProtocolFault } from './fault.ts';
import type { Framing, Version } from './message.ts';

/** Registered transfer codings (RFC 9112 section 7), and a list of them. No other value is quoted: the sentence goes to the record, and values may be secret. */
const NAMED_CODINGS = /^(?:x-)?(?:chunked|compress|deflate|gzip|identity)(?: ?, ?(?:chunked|compress|deflate|gzip|identity)){0,3}$/i;

const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const UNTIL_CLOSE: Framing = { kind: 'until-close' };

/** How a request's body is delimited: RFC 9112 section 6.3, points 3 to 7, less all that it lets a recipient repair. */
export function requestFraming(method: string, version: Version, headers: Headers): Framing {
  const announced = announcedFraming(version, headers);
  if (method === 'CONNECT' && announced.kind !== 'none') {
    throw new ProtocolFault('framing-ambiguous', 'expected CONNECT without a body, got one announced');
  }
  return announced;
}

/** How a response's body is delimited, which depends on the method that it answers: RFC 9112 section 6.3. */
export function responseFraming(requestMethod: string, status: number, version: Version, headers: Headers): Framing {
  const announced = announcedFraming(version, headers);
  if (requestMethod === 'HEAD' || status === 304) return NONE;
  if (status < 200 || status === 204) {
    // Such a response has no body, whatever it announces; a peer that sends one would have it read as the next response.
    if (announced.kind === 'chunked' || (announced.kind === 'length' && announced.length > 0)) {
      throw new ProtocolFault('framing-ambiguous', `expected no body with status ${status}, got one announced`);
    }
    return NONE;
  }
  return announced.kind === 'none' ? UNTIL_CLOSE : announced;
}

function announcedFraming(version: Version, headers: Headers): Framing {
  const encoding = onlyValue(headers, 'transfer-encoding', 'transfer-encoding-unsupported');
  const length = onlyValue(headers, 'content-length', 'content-length-malformed');
  if (encoding !== undefined && length !== undefined) {
    throw new ProtocolFault('framing-ambiguous', 'expected Transfer-Encoding or Content-Length, got both');
  }
  if (encoding !== undefined) return chunkedFraming(version, encoding);
  return length === undefined ? NONE : { kind: 'length', length: readLength(length) };
}

function chunkedFraming(version: Version, encoding: string): Framing {
  if (encoding.toLowerCase() !== 'chunked') {
    throw new ProtocolFault('transfer-encoding-unsupported', `expected Transfer-Encoding: chunked, got ${NAMED_CODINGS.test(encoding) ? quoted(encoding) : 'something else'}`);
  }
  // RFC 9112 section 6.1: an HTTP/1.0 peer does not know it, and something between that does not either may have cut the body elsewhere.
  if (version === '1.0') throw new ProtocolFault('framing-ambiguous', 'expected HTTP/1.0 without Transfer-Encoding, got one');
  return CHUNKED;
}

/** One spelling for each length: no sign, no leading zero, no list, at most 15 digits so that it is exact as a number. */
export function readLength(text: string): number {
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text)) {
    throw new ProtocolFault('content-length-malformed', `expected Content-Length in plain decimals, got ${/^[-+]?[0-9]{1,20}$/.test(text) ? quoted(text) : 'something else'}`);
  }
  return Number(text);
}
