import { consistsOf, FIELD_VALUE, TOKEN } from './characters.ts';

/** `NAME[=TOKEN|="QUOTED"]` separated by semicolons, without blanks between (RFC 9112 section 7.1.1): the text after the first semicolon. */
export function isChunkExtension(text: string): boolean {
  for (let at = 0; ;) {
    const nameEnd = tokenEnd(text, at);
    if (nameEnd === at) return false;
    at = text[nameEnd] === '=' ? valueEnd(text, nameEnd + 1) : nameEnd;
    if (at === text.length) return true;
    if (text[at] !== ';') return false;
    at += 1;
  }
}

/** -1 where there is no value. */
function valueEnd(text: string, from: number): number {
  if (text[from] !== '"') {
    const end = tokenEnd(text, from);
    return end === from ? -1 : end;
  }
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at += 1;
    if (!consistsOf(FIELD_VALUE, text, at, at + 1)) return -1;
  }
  return -1;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (TOKEN[text.charCodeAt(at)] === 1) at++;
  return at;
}
