import { ProtocolFault } from '../http1/fault.ts';
import { responseFraming } from '../http1/framing.ts';
import type { Framing, ResponseHead } from '../http1/message.ts';
import { type FieldLimits, readFieldList } from './field-list.ts';

const PSEUDO = new Set([':status']);

/**
 * An answer of HTTP/2 (RFC 9113 section 8.3.2) as the head of HTTP/1.1 that says the same. `ends`: no body follows.
 * Throws `ProtocolFault` of side `response`.
 */
export function readHttp2Response(list: readonly string[], ends: boolean, method: string, limits: FieldLimits): ResponseHead {
  try {
    const { pseudo, fields } = readFieldList(list, PSEUDO, limits);
    const status = pseudo.get(':status') ?? '';
    if (!/^[1-5][0-9]{2}$/.test(status) || status === '101') throw new ProtocolFault('status-malformed', 'expected a status from 100 to 599 but 101, got something else');
    const framing = responseFraming(method, Number(status), '1.1', fields);
    if (ends && framing.kind === 'length' && framing.length > 0) throw new ProtocolFault('framing-ambiguous', 'expected the body that content-length announces, got none');
    const empty = ends && framing.kind === 'until-close';
    return {
      status: Number(status), statusText: '', version: '1.1', keepAlive: true,
      headers: empty ? [...fields, ['content-length', '0']] : fields,
      framing: empty ? { kind: 'length', length: 0 } : streamed(framing),
    };
  } catch (error) {
    throw error instanceof ProtocolFault ? error.fromUpstream() : error;
  }
}

/** The end of a stream is marked, so that a body of unknown length needs no closed connection. */
function streamed(framing: Framing): Framing {
  return framing.kind === 'until-close' ? { kind: 'chunked' } : framing;
}
