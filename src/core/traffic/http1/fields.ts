import type { Headers } from '../../terms/action.ts';
import { TOKEN } from './characters.ts';
import { ProtocolFault, quoted } from './fault.ts';

const TAB = 0x09;
const SPACE = 0x20;
const COLON = 0x3a;

type Field = readonly [name: string, value: string];

/**
 * The field lines of a `Section`'s text from `from` on, each `NAME: VALUE CR LF` (RFC 9112 section 5).
 *
 * Refused, each because two parsers have differed on it: white space before the colon, folded lines, an empty name.
 */
export function readFields(text: string, from: number, maximum: number): Headers {
  const fields: Field[] = [];
  for (let at = from; at < text.length;) {
    if (fields.length === maximum) throw new ProtocolFault('too-many-fields', `expected at most ${maximum} fields, got more`);
    const colon = nameEnd(text, at);
    const end = text.indexOf('\r', colon);
    fields.push([text.slice(at, colon).toLowerCase(), trimBlanks(text, colon + 1, end)]);
    at = end + 2;
  }
  return fields;
}

/** The value of a field that may stand only once; `undefined` where it is absent. */
export function onlyValue(headers: Headers, name: string, code: 'host-malformed' | 'content-length-malformed' | 'transfer-encoding-unsupported' | 'expect-unsupported'): string | undefined {
  let found: string | undefined;
  for (const field of headers) {
    if (field[0] !== name) continue;
    if (found !== undefined) throw new ProtocolFault(code, `expected one ${name} field, got several`);
    found = field[1];
  }
  return found;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (TOKEN[text.charCodeAt(at)] === 1) at++;
  const stop = text.charCodeAt(at);
  if (stop === COLON && at > from) return at;
  if (at === from && (stop === SPACE || stop === TAB)) throw new ProtocolFault('field-folded', 'expected a field name, got white space: folded lines are refused');
  throw new ProtocolFault('field-malformed', `expected NAME: VALUE, got ${quoted(text.slice(from, at + 1))} where the colon should follow the name`);
}

/** Without the tabs and spaces at its ends, and no other white space: `trim` would also take a byte 0xa0. */
export function trimBlanks(text: string, from = 0, to = text.length): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
