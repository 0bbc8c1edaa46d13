/** Names of which some may have a `*`, ready to be compared. */
export interface Globs {
  /** Exactly as written. */
  strict(text: string): boolean;
  /** Whatever the letter case or compatibility form. */
  loose(text: string): boolean;
}

export function compileGlobs(texts: readonly string[]): Globs {
  const strict = oneReading(texts);
  let loose: ReturnType<typeof oneReading> | undefined;
  return {
    strict,
    loose: (text) => (loose ??= oneReading(texts.map(folded)))(folded(text)),
  };
}

function oneReading(texts: readonly string[]): (text: string) => boolean {
  const exact = new Set(texts.filter((text) => !text.includes('*')));
  const patterns = texts.filter((text) => text.includes('*')).map((text) => text.split('*'));
  return (text) => exact.has(text) || patterns.some((parts) => fits(parts, text));
}

/** How names compare where they only have to resemble each other. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The parts between the wildcards, each at the first place after the one before it: linear in the text for each part. */
function fits(parts: readonly string[], text: string): boolean {
  const [head = ''] = parts;
  const tail = parts.at(-1) ?? '';
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  const end = text.length - tail.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
