import type { Headers } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import { TOKEN } from './characters.ts';
import { type FaultCode, ProtocolFault } from './fault.ts';

const TAB = 0x09;
const SPACE = 0x20;
const COLON = 0x3a;

type Field = readonly [name: string, value: string];

/**
 * The field lines of a `Section`'s text from `from` on, each `NAME: VALUE CR LF` (RFC 9112 section 5).
 *
 * Refused, each because two parsers have differed on it: white space before the colon, a tab around a value, folded lines, an
 * empty name.
 */
export function readFields(text: string, from: number, maximum: number): Headers {
  const fields: Field[] = [];
  for (let at = from; at < text.length;) {
    if (fields.length === maximum) throw new ProtocolFault('too-many-fields', `expected at most ${maximum} fields, got more`);
    const colon = nameEnd(text, at, fields.length + 1);
    const end = text.indexOf('\r', colon);
    fields.push([text.slice(at, colon).toLowerCase(), fieldValue(text, colon + 1, end)]);
    at = end + 2;
  }
  return fields;
}

/** The value of a field that may stand only once, else throws `code`; `undefined` where it is absent. */
export function onlyValue(headers: Headers, name: string, code: FaultCode): string | undefined {
  let found: string | undefined;
  for (const field of headers) {
    if (field[0] !== name) continue;
    if (found !== undefined) throw new ProtocolFault(code, `expected one ${name} field, got several`);
    found = field[1];
  }
  return found;
}

function nameEnd(text: string, from: number, count: number): number {
  let at = from;
  while (TOKEN[text.charCodeAt(at)] === 1) at++;
  const stop = text.charCodeAt(at);
  if (stop === COLON && at > from) return at;
  if (at === from && (stop === SPACE || stop === TAB)) {
    throw new ProtocolFault('field-folded', 'expected a field name, got white space: folded lines are refused');
  }
  // Without what stands before: it may be the rest of a value that was broken into two lines.
  throw new ProtocolFault('field-malformed', `expected NAME: VALUE, got ${quoted(text.slice(at, at + 1))} where the colon should follow the name of field ${count}`);
}

/**
 * A value without the spaces around it, and only spaces: `trim` would also take a byte 0xa0. Tabs are allowed there (RFC 9110
 * section 5.6.3), but llhttp takes `chunked` with a tab behind it for another coding, so they are refused.
 */
function fieldValue(text: string, from: number, to: number): string {
  const value = withoutSpaces(text, from, to);
  if (value.charCodeAt(0) === TAB || value.charCodeAt(value.length - 1) === TAB) {
    throw new ProtocolFault('field-malformed', 'expected only spaces around the value of a field, got a tab');
  }
  return value;
}

export function withoutSpaces(text: string, from = 0, to = text.length): string {
  while (from < to && text.charCodeAt(from) === SPACE) from++;
  while (to > from && text.charCodeAt(to - 1) === SPACE) to--;
  return text.slice(from, to);
}
