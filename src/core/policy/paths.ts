import { quoted } from '../terms/quote.ts';
import { canonicalPath } from './canonical-path.ts';

export const ONE = 1;
export const MANY = 2;

export type Token = string | typeof ONE | typeof MANY;

/** A path pattern, ready to be compared; made by `parsePathPattern`. */
export interface PathPattern {
  /** As a policy spells it. */
  readonly text: string;
  readonly strict: readonly Token[];
  readonly loose: readonly Token[];
  /** Whether there is a `**` in it. */
  readonly deep: boolean;
}

/** `/**`, as rules that say nothing of paths compare. */
export const EVERYTHING: readonly PathPattern[] = [{ text: '/**', strict: [MANY], loose: [MANY], deep: true }];

export type ParsedPathPattern =
  | { readonly ok: true; readonly pattern: PathPattern }
  | { readonly ok: false; readonly sentence: string; readonly nearest?: string };

/** A canonical path, prepared once for any number of patterns. */
export interface PathView {
  /** Decoded segments. */
  readonly strict: readonly string[];
  /** The same as lenient servers read them; made when first asked for. */
  readonly loose: readonly string[];
}

/**
 * Reads a pattern: `*` is one segment that is not empty, `**` any number of segments (also none), and nothing else is special.
 * The rest is brought into the same normal form as the paths that it meets.
 */
export function parsePathPattern(text: string): ParsedPathPattern {
  if (/[^!-~]/.test(text)) return { ok: false, sentence: `${quoted(text)} has a space, or a control or non-ASCII character`, nearest: encodeURI(text.toWellFormed()) };
  const query = text.indexOf('?');
  if (query !== -1) return { ok: false, sentence: `${quoted(text)} has a query, which no pattern compares`, nearest: text.slice(0, query) };
  const canonical = canonicalPath(text);
  if (!canonical.ok) {
    const sentence = `${quoted(text)} ${canonical.fault}`;
    return text.startsWith('/') ? { ok: false, sentence } : { ok: false, sentence, nearest: `/${text}` };
  }
  const segments = canonical.path.slice(1).split('/');
  const partial = segments.find((segment) => segment.includes('*') && segment !== '*' && segment !== '**');
  if (partial !== undefined) return { ok: false, sentence: `${quoted(text)} has a wildcard that is not a whole segment` };
  const strict = segments.map(token);
  return { ok: true, pattern: { text, strict, loose: loosened(strict), deep: strict.includes(MANY) } };
}

export function viewPath(path: string): PathView {
  const segments = path.slice(1).split('/');
  const strict = path.includes('%') ? segments.map(decodeURIComponent) : segments;
  return new Segments(strict);
}

class Segments implements PathView {
  readonly strict: readonly string[];
  #loose: readonly string[] | undefined;

  constructor(strict: readonly string[]) {
    this.strict = strict;
  }

  get loose(): readonly string[] {
    return this.#loose ??= loosened(this.strict);
  }
}

/** How allow rules compare: segment by segment, decoded, exactly. */
export function matchesPath(pattern: PathPattern, view: PathView): boolean {
  return matches(pattern.strict, pattern.deep, view.strict);
}

/**
 * How deny and hold rules compare: also what many servers take for the same path - other case or compatibility form, with path
 * parameters (`/admin;x`), with a slash at the end, with dots or spaces at the end of a segment (Windows drops them). Else a rule that forbids `/repos/acme/*` would be passed by `/repos/ACME/x`.
 */
export function resemblesPath(pattern: PathPattern, view: PathView): boolean {
  return matches(pattern.loose, pattern.deep, view.loose);
}

const token = (segment: string): Token => (segment === '*' ? ONE : segment === '**' ? MANY : decodeURIComponent(segment));

function loosened<T extends Token>(segments: readonly T[]): readonly (T | string)[] {
  const whole = segments.at(-1) === '' ? segments.slice(0, -1) : segments;
  return whole.map((segment) => (typeof segment === 'string' ? looseSegment(segment) : segment));
}

function looseSegment(segment: string): string {
  const parameters = segment.indexOf(';');
  const name = parameters === -1 ? segment : segment.slice(0, parameters);
  return (PLAIN.test(name) ? name : withoutEnd(name.normalize('NFKC'))).toLowerCase();
}

/** Has neither a compatibility form nor anything to drop at its end. */
const PLAIN = /^[!-~]*[!-\-/-~]$/;

/** Without dots and spaces at the end, unless it is nothing else: an empty segment would match less. Not by a pattern, which would take quadratic time. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return end === 0 ? name : name.slice(0, end);
}

function matches(tokens: readonly Token[], deep: boolean, segments: readonly string[]): boolean {
  if (deep) return matchesDeep(tokens, segments);
  if (tokens.length !== segments.length) return false;
  // From the end: patterns of one API differ there, and begin alike.
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    if (!matchesSegment(tokens[at], segments[at])) return false;
  }
  return true;
}

/** Goes back to the last `**` only, so that it takes at most `tokens * segments` steps. */
function matchesDeep(tokens: readonly Token[], segments: readonly string[]): boolean {
  let at = 0;
  let position = 0;
  let resumeAt = -1;
  let resumePosition = 0;
  while (position < segments.length) {
    if (tokens[at] === MANY) {
      resumeAt = at;
      resumePosition = position;
      at += 1;
    } else if (matchesSegment(tokens[at], segments[position])) {
      at += 1;
      position += 1;
    } else if (resumeAt !== -1) {
      resumePosition += 1;
      at = resumeAt + 1;
      position = resumePosition;
    } else return false;
  }
  while (tokens[at] === MANY) at += 1;
  return at === tokens.length;
}

function matchesSegment(token: Token | undefined, segment: string | undefined): boolean {
  return token === segment || (token === ONE && segment !== '');
}
