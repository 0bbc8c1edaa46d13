/** How a text is written, so that what is added looks like the rest of it. */
export interface Handwriting {
  readonly newline: '\n' | '\r\n';
  /** Spaces by which a mapping inside another is indented. */
  readonly unit: number;
  /** Every key in quotes. */
  readonly json: boolean;
  /** `{ a: b }` rather than `{a: b}`. */
  readonly padded: boolean;
}

export function handwritingOf(text: string): Handwriting {
  return {
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    unit: /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2,
    json: /^\s*[{[]\s*["{[]/.test(text),
    padded: (text.match(/\{ +\S/g)?.length ?? 0) > (text.match(/\{[^\s{}]/g)?.length ?? 0),
  };
}

type Entries = readonly (readonly [key: string, value: unknown])[];

/** Entries of a mapping as lines of their own, at an indentation in spaces. */
export function blockLines(entries: Entries, indent: number, hand: Handwriting): string[] {
  return entries.flatMap(([key, value]) => {
    const head = `${' '.repeat(indent)}${scalarText(key, hand)}:`;
    return isFilled(value) ? [head, ...blockLines(Object.entries(value), indent + hand.unit, hand)] : [`${head} ${flowText(value, hand)}`];
  });
}

/** Entries as they stand inside braces. */
export function flowEntries(entries: Entries, hand: Handwriting): string {
  return entries.map(([key, value]) => `${scalarText(key, hand)}: ${flowText(value, hand)}`).join(', ');
}

/** A value on one line. */
export function flowText(value: unknown, hand: Handwriting): string {
  if (Array.isArray(value)) return `[${value.map((one) => flowText(one, hand)).join(', ')}]`;
  if (!isFilled(value)) return typeof value === 'object' && value !== null ? '{}' : scalarText(value, hand);
  const space = hand.padded ? ' ' : '';
  return `{${space}${flowEntries(Object.entries(value), hand)}${space}}`;
}

function isFilled(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/** Words that every reader of YAML takes for text, and quantities. */
const PLAIN = /^(?:[A-Za-z][\w./-]*|\d+(?:m|[KMGT]i?))$/;
const OTHER_MEANING = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function scalarText(value: unknown, { json }: Handwriting): string {
  if (typeof value !== 'string' || json) return JSON.stringify(value);
  return PLAIN.test(value) && !OTHER_MEANING.test(value) ? value : JSON.stringify(value);
}
