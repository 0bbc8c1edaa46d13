import type { Headers } from '../../terms/action.ts';
import { checkTrailers } from '../http1/trailers.ts';
import { type FieldLimits, readFieldList } from './field-list.ts';

const NO_PSEUDO: ReadonlySet<string> = new Set();

/** The fields after a body of HTTP/2 (RFC 9113 section 8.1). Throws `ProtocolFault`. */
export function readHttp2Trailers(list: readonly string[], limits: FieldLimits): Headers {
  return checkTrailers(readFieldList(list, NO_PSEUDO, limits).fields);
}
