import type { Headers } from '../../terms/action.ts';
import { AUTHORITY, consistsOf, strayIn } from '../http1/characters.ts';
import { ProtocolFault } from '../http1/fault.ts';
import { readLength } from '../http1/framing.ts';
import type { Framing, RequestHead } from '../http1/message.ts';
import { isMethod } from '../http1/start-line.ts';
import { readTarget, type Target } from '../http1/target.ts';
import { type FieldLimits, readFieldList } from './field-list.ts';

const PSEUDO = new Set([':method', ':scheme', ':authority', ':path']);
const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };

/**
 * A request of HTTP/2 (RFC 9113 section 8.3.1) as the head of HTTP/1.1 that says the same, so that one path judges and sends both.
 *
 * `list` holds names and values in turn, one character a byte; `ends`: no body follows. Whatever could be read as something else
 * once it stands in HTTP/1.1 is refused: see `readFieldList`. Throws `ProtocolFault`.
 */
export function readHttp2Request(list: readonly string[], ends: boolean, limits: FieldLimits): RequestHead {
  const { pseudo, fields } = readFieldList(list, PSEUDO, limits);
  const method = pseudo.get(':method');
  if (method === undefined || !isMethod(method)) throw new ProtocolFault('method-unknown', 'expected a registered method in upper case as :method, got another word');
  if (method === 'CONNECT') throw new ProtocolFault('target-malformed', 'expected a request for a path, got CONNECT inside a connection that has one destination');
  if (pseudo.get(':scheme') !== 'https') throw new ProtocolFault('target-malformed', 'expected https as :scheme, got something else');
  const { form, headers } = place(method, pseudo, fields);
  const expected = expectsContinue(fields);
  return {
    method, target: pseudo.get(':path') ?? '', form, version: '1.1', headers, framing: framingOf(fields, ends), keepAlive: true,
    expectContinue: expected && !ends,
  };
}

/** `:authority` stands for Host; where both stand, all that compares authorities compares them too. */
function place(method: string, pseudo: ReadonlyMap<string, string>, fields: Headers): { form: Target; headers: Headers } {
  const authority = pseudo.get(':authority');
  const hosts = fields.filter(([name]) => name === 'host');
  const path = pseudo.get(':path') ?? '';
  const form = readTarget(method, path);
  if (form.form === 'absolute') throw new ProtocolFault('target-malformed', 'expected a path as :path, got a whole URL');
  if (hosts.length > 1) throw new ProtocolFault('host-malformed', 'expected one host field at most, got several');
  for (const name of [authority, hosts[0]?.[1]]) {
    if (name !== undefined && (name === '' || !consistsOf(AUTHORITY, name))) throw new ProtocolFault('host-malformed', `expected HOST or HOST:PORT as authority, got ${strayIn(AUTHORITY, name) ?? 'an empty one'}`);
  }
  if (authority === undefined && hosts.length === 0) throw new ProtocolFault('host-malformed', 'expected :authority, got none');
  if (authority === undefined || form.form !== 'origin') return { form, headers: fields };
  if (hosts.length === 0) return { form, headers: [['host', authority], ...fields] };
  return { form: { form: 'absolute', scheme: 'https', authority, path }, headers: fields };
}

function framingOf(fields: Headers, ends: boolean): Framing {
  const lengths = fields.filter(([name]) => name === 'content-length');
  if (lengths.length > 1) throw new ProtocolFault('content-length-malformed', 'expected one content-length field, got several');
  const text = lengths[0]?.[1];
  const length = text === undefined ? undefined : readLength(text);
  if (ends && length !== undefined && length > 0) throw new ProtocolFault('framing-ambiguous', 'expected the body that content-length announces, got none');
  if (length !== undefined) return { kind: 'length', length };
  return ends ? NONE : CHUNKED;
}

function expectsContinue(fields: Headers): boolean {
  const values = fields.filter(([name]) => name === 'expect');
  if (values.length > 1 || (values[0] !== undefined && values[0][1].toLowerCase() !== '100-continue')) {
    throw new ProtocolFault('expect-unsupported', 'expected Expect: 100-continue, got another expectation');
  }
  return values.length === 1;
}
