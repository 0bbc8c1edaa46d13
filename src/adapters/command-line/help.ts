export interface HelpEnd {
  /** Lines to type as they stand, each perhaps with what it is for. At least two. */
  readonly examples: readonly (string | readonly [line: string, purpose: string])[];
  /** What the options do not say. */
  readonly notes?: string;
  /** What each exit code means here; 2 need not be said. */
  readonly exitCodes: Readonly<Record<number, string>> | string;
}

const COMMON = { 2: 'bad usage or unreadable input' };

/** How the help of every command ends: examples, notes, exit codes. */
export function helpEnd({ examples, notes, exitCodes }: HelpEnd): string {
  const lines = examples.map((example) => (typeof example === 'string' ? [example, ''] as const : example));
  const width = Math.max(...lines.map(([line, purpose]) => (purpose === '' ? 0 : line.length)));
  const shown = lines.map(([line, purpose]) => `  ${purpose === '' ? line : `${line.padEnd(width)}   # ${purpose}`}`);
  const codes = typeof exitCodes === 'string' ? exitCodes : Object.entries({ ...COMMON, ...exitCodes }).map(([code, meaning]) => `${code} ${meaning}`).join('; ');
  return ['', 'Examples:', ...shown, ...(notes === undefined ? [] : ['', notes.trim()]), '', `Exit codes: ${codes}.`].join('\n');
}
