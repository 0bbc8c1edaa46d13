const LONGEST = 80;

/** Hostile text as it may stand in a sentence: printable ASCII in double quotes, everything else as `\u{HEX}`, cut after 80 characters. */
export function quoted(text: string): string {
  let shown = '';
  let count = 0;
  for (const character of text) {
    if (count++ === LONGEST) return `"${shown}..."`;
    shown += plain(character) ? character : `\\u{${codePoint(character)}}`;
  }
  return `"${shown}"`;
}

/** `U+0430` for one character. */
export function unicodeName(character: string): string {
  return `U+${codePoint(character).toUpperCase().padStart(4, '0')}`;
}

const plain = (character: string): boolean => character >= ' ' && character <= '~' && character !== '"' && character !== '\\';

const codePoint = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);
