import type { Headers } from '../../terms/action.ts';
import { ProtocolFault } from '../http1/fault.ts';
import { checkTrailers } from '../http1/trailers.ts';
import { type FieldLimits, readFieldList } from './field-list.ts';

const NO_PSEUDO: ReadonlySet<string> = new Set();

/** The fields after a body of HTTP/2 (RFC 9113 section 8.1). Throws `ProtocolFault`. */
export function readHttp2Trailers(list: readonly string[], limits: FieldLimits, side: 'request' | 'response' = 'request'): Headers {
  try {
    return checkTrailers(readFieldList(list, NO_PSEUDO, limits).fields);
  } catch (error) {
    throw error instanceof ProtocolFault && side === 'response' ? error.fromUpstream() : error;
  }
}
