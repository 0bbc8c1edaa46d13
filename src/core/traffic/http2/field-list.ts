import type { Headers } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { consistsOf, FIELD_VALUE, TOKEN } from '../http1/characters.ts';
import { ProtocolFault } from '../http1/fault.ts';

export interface FieldLimits {
  readonly fields: number;
  /** Names and values together. */
  readonly bytes: number;
}

export interface FieldList {
  readonly pseudo: ReadonlyMap<string, string>;
  /** As in HTTP/1.1; pieces of one Cookie put together (RFC 9113 section 8.2.3). */
  readonly fields: Headers;
}

/** RFC 9113 section 8.2.2: they would say how the message is framed, or what comes after it, to whoever reads it as HTTP/1.1. */
const OF_THE_CONNECTION = new Set(['connection', 'http2-settings', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);
const UPPER = /[A-Z]/;

/**
 * Reads a field section of HTTP/2: names and values in turn.
 *
 * Refused, also where the library beneath has refused it before: other pseudo-header fields than `pseudo`, one twice, or one behind
 * a regular field; names that are no lower-case token; values with control characters or with white space around them; fields
 * of the connection; TE but for trailers. Throws `ProtocolFault`.
 */
export function readFieldList(list: readonly string[], known: ReadonlySet<string>, limits: FieldLimits): FieldList {
  const pseudo = new Map<string, string>();
  const fields: [string, string][] = [];
  let bytes = 0;
  for (let at = 0; at + 1 < list.length; at += 2) {
    const [name = '', value = ''] = [list[at], list[at + 1]];
    bytes += name.length + value.length;
    if (bytes > limits.bytes) throw new ProtocolFault('head-too-large', `expected fields of at most ${limits.bytes} bytes, got more`);
    checkValue(name, value);
    if (name.startsWith(':')) addPseudo(pseudo, name, value, known, fields.length > 0);
    else addField(fields, name, value, limits.fields);
  }
  return { pseudo, fields };
}

function addPseudo(pseudo: Map<string, string>, name: string, value: string, known: ReadonlySet<string>, late: boolean): void {
  if (!known.has(name)) throw malformed('no other pseudo-header fields than the message has', 'one');
  if (pseudo.has(name)) throw malformed(`one ${name}`, 'several');
  if (late) throw malformed('pseudo-header fields before all others', `${name} behind one`);
  pseudo.set(name, value);
}

function addField(fields: [string, string][], name: string, value: string, maximum: number): void {
  if (name === '' || !consistsOf(TOKEN, name) || UPPER.test(name)) throw malformed('a field name in lower case', 'something else');
  if (OF_THE_CONNECTION.has(name)) throw new ProtocolFault('connection-malformed', `expected no field of the connection in HTTP/2, got ${quoted(name)}`);
  if (name === 'te' && value.toLowerCase() !== 'trailers') throw new ProtocolFault('connection-malformed', 'expected te to say trailers, got something else');
  const cookie = name === 'cookie' ? fields.find((field) => field[0] === name) : undefined;
  if (cookie !== undefined) cookie[1] += `; ${value}`;
  else if (fields.length === maximum) throw new ProtocolFault('too-many-fields', `expected at most ${maximum} fields, got more`);
  else fields.push([name, value]);
}

function checkValue(name: string, value: string): void {
  if (!consistsOf(FIELD_VALUE, value)) throw new ProtocolFault('control-character', 'expected no control character in a field, got one');
  const [first, last] = [value.charCodeAt(0), value.charCodeAt(value.length - 1)];
  if (first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09) throw malformed('no white space around a value', `some in ${consistsOf(TOKEN, name) ? quoted(name) : 'a field'}`);
}

function malformed(expected: string, got: string): ProtocolFault {
  return new ProtocolFault('field-malformed', `expected ${expected}, got ${got}`);
}
