/** How one case went. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  /** What was judged: a call, or an object. */
  readonly subject: string;
  readonly ok: boolean;
  /** One line for each thing that is not as expected. */
  readonly differences: readonly string[];
  /** Everything that was found, as plain data; with `verdict` and `why` for people. */
  readonly got: { readonly verdict: string; readonly why: string };
  /** What was found, for whoever wonders about a difference: a line each. */
  readonly told: readonly string[];
  /** Whether `matchLabels` was not consulted, as no labels are given. */
  readonly blind: boolean;
  /** Ids of the checks that found something. */
  readonly exercised: readonly string[];
}

/** What is wrong with one member, if it was expected to be anything and is not that. */
export function difference(what: string, expected: string | undefined, got: string | undefined): string[] {
  return expected === undefined || expected === got ? [] : [`${what}: expected ${expected}, got ${got ?? 'none'}`];
}

/** The same of a set: what is missing, and what is too much. */
export function setDifference(what: string, expected: readonly string[] | undefined, got: ReadonlySet<string>): string[] {
  if (expected === undefined) return [];
  const [missing, extra] = [expected.filter((one) => !got.has(one)), [...got].filter((one) => !expected.includes(one))];
  if (missing.length + extra.length === 0) return [];
  const parts = [...(missing.length === 0 ? [] : [`missing ${missing.join(', ')}`]), ...(extra.length === 0 ? [] : [`not expected ${extra.join(', ')}`])];
  return [`${what}: ${parts.join('; ')}`];
}
