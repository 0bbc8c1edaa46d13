import type { CompiledRule } from './compiled.ts';
import { EVERYTHING, MANY, ONE, type PathPattern, type PathView, type Token } from './paths.ts';

/** The places in the list of rules whose patterns part here. */
interface Branch {
  readonly literal: Map<string, Branch>;
  one: Branch | undefined;
  /** Patterns that end here. */
  readonly ends: number[];
  /** Patterns that go on with any number of segments. */
  readonly deep: number[];
}

/** Rules of one effect in their order, found by the path of a call. */
export interface RuleIndex {
  readonly rules: readonly CompiledRule[];
  /** Absent where there are so few rules that going through them is cheaper. */
  readonly root?: Branch;
}

const FEW = 8;

/** `reading`: how these rules compare paths. */
export function indexRules(rules: readonly CompiledRule[], reading: 'strict' | 'loose'): RuleIndex {
  if (rules.length <= FEW) return { rules };
  const root = branch();
  for (const [place, { match: { paths } }] of rules.entries()) {
    for (const pattern of paths ?? EVERYTHING) add(root, pattern[reading], place);
  }
  return { rules, root };
}

/** The first rule that `matches`, of those that the path can match; exactly what going through all of them would find. */
export function firstRule({ rules, root }: RuleIndex, view: PathView, reading: keyof PathView, matches: (rule: CompiledRule) => boolean): CompiledRule | undefined {
  if (rules.length === 0) return undefined;
  if (root === undefined) return rules.find(matches);
  const places: number[] = [];
  collect(root, view[reading], 0, places);
  if (places.length > 1) places.sort((one, other) => one - other);
  for (const place of places) {
    const rule = rules[place];
    if (rule !== undefined && matches(rule)) return rule;
  }
  return undefined;
}

/** The rules that the path may match, in no order; some of them it may not match after all. */
export function candidates({ rules, root }: RuleIndex, view: PathView): readonly CompiledRule[] {
  if (root === undefined) return rules;
  const places: number[] = [];
  collect(root, view.strict, 0, places);
  collect(root, view.loose, 0, places);
  return places.flatMap((place) => rules[place] ?? []);
}

function add(root: Branch, tokens: PathPattern['strict'], place: number): void {
  let at = root;
  for (const token of tokens) {
    if (token === MANY) return void at.deep.push(place);
    at = next(at, token);
  }
  at.ends.push(place);
}

function next(at: Branch, token: Exclude<Token, typeof MANY>): Branch {
  if (token === ONE) return at.one ??= branch();
  const found = at.literal.get(token) ?? branch();
  at.literal.set(token, found);
  return found;
}

function collect(at: Branch, segments: readonly string[], position: number, places: number[]): void {
  for (const place of at.deep) places.push(place);
  const segment = segments[position];
  if (segment === undefined) {
    for (const place of at.ends) places.push(place);
    return;
  }
  const literal = at.literal.get(segment);
  if (literal !== undefined) collect(literal, segments, position + 1, places);
  if (at.one !== undefined && segment !== '') collect(at.one, segments, position + 1, places);
}

const branch = (): Branch => ({ literal: new Map(), one: undefined, ends: [], deep: [] });
