import type { CelFunc } from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { RecentlyUsed } from '../../terms/recently-used.ts';
import { cel, re2 } from './library.ts';

/** Steps of one evaluation: one for each round of a loop, and for each 16 characters or list items that a call in a loop goes through. Some ten milliseconds, and a few hundred where each is an error. */
const STEPS = 50_000;
/** A pattern is compared character by character. */
const STEPS_PER_CHARACTER = 4;
const CACHED_PATTERNS = 200;

type Matcher = { test(text: string): boolean };

/** What one evaluation may still cost. Evaluation is synchronous, so one counter serves all. */
let left = 0;

const patterns = new RecentlyUsed<string, Matcher>(CACHED_PATTERNS);

/** Runs `evaluate` with a fresh budget; undefined: it ran out, and the result means nothing. */
export function withinBudget<T>(evaluate: () => T): T | undefined {
  left = STEPS;
  const result = evaluate();
  return left < 0 ? undefined : result;
}

/** False: there is nothing left. */
function charge(steps: number): boolean {
  left -= steps;
  return left >= 0;
}

/** The functions that `bounded` puts into loops, which cannot be written in a condition. */
export function budgetFunctions(): CelFunc[] {
  const { celFunc, CelScalar: { BOOL, DYN } } = cel();
  return [
    celFunc('@within', [], BOOL, () => charge(1)),
    celFunc('@charge', [DYN], DYN, (value) => {
      if (!charge(weight(value))) throw new Error('the condition takes too long');
      return value;
    }),
  ];
}

/** `matches` in linear time, each pattern compiled once. */
export const REGULAR_EXPRESSIONS = {
  compile: (pattern: string): Matcher => ({
    test: (text) => {
      if (!charge(text.length * STEPS_PER_CHARACTER)) throw new Error('the condition takes too long');
      return compiledPattern(pattern).test(text);
    },
  }),
};

/** @throws where it is no pattern */
export function compiledPattern(pattern: string): Matcher {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const compiled = re2().RE2JS.compile(pattern);
  patterns.set(pattern, compiled);
  return compiled;
}

/** How much there is in a value, in steps; of lists and maps also what is inside, which a comparison goes through. */
function weight(value: unknown): number {
  if (typeof value === 'string') return value.length >> 4;
  const { isCelList, isCelMap } = cel();
  if (isCelList(value)) return sum(value);
  return isCelMap(value) ? sum(value.values()) : 0;
}

function sum(values: Iterable<unknown>): number {
  let total = 0;
  for (const value of values) {
    total += 1 + weight(value);
    if (total > left) break;
  }
  return total;
}

/** The same expression with its loops and what is called in them charged for. */
export function bounded(expr: Expr, inLoop = false): Expr {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'callExpr': return boundedCall(expr, exprKind.value, inLoop);
    case 'selectExpr': return withKind(expr, { case: 'selectExpr', value: { ...exprKind.value, ...(exprKind.value.operand && { operand: bounded(exprKind.value.operand, inLoop) }) } });
    case 'listExpr': return withKind(expr, { case: 'listExpr', value: { ...exprKind.value, elements: exprKind.value.elements.map((each) => bounded(each, inLoop)) } });
    case 'structExpr': return withKind(expr, { case: 'structExpr', value: { ...exprKind.value, entries: exprKind.value.entries.map((entry) => ({ ...entry, ...(entry.value && { value: bounded(entry.value, inLoop) }), ...(entry.keyKind.case === 'mapKey' && { keyKind: { case: 'mapKey' as const, value: bounded(entry.keyKind.value, inLoop) } }) })) } });
    case 'comprehensionExpr': return withKind(expr, { case: 'comprehensionExpr', value: boundedLoop(exprKind.value, inLoop) });
    default: return expr;
  }
}

type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];
type Loop = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value'];

/** These look at truth values only, or at one member. */
const CHEAP = new Set(['_&&_', '_||_', '!_', '_?_:_', '_[_]', '@not_strictly_false', '-_']);

function boundedCall(expr: Expr, call: Call, inLoop: boolean): Expr {
  const part = (each: Expr): Expr => {
    const inner = bounded(each, inLoop);
    return inLoop && !CHEAP.has(call.function) && each.exprKind.case !== 'constExpr' ? callOf(each, '@charge', [inner]) : inner;
  };
  return withKind(expr, { case: 'callExpr', value: { ...call, args: call.args.map(part), ...(call.target && { target: part(call.target) }) } });
}

function boundedLoop(loop: Loop, inLoop: boolean): Loop {
  const { iterRange, loopCondition, loopStep } = loop;
  return {
    ...loop,
    ...(iterRange && { iterRange: bounded(iterRange, inLoop) }),
    ...(loopCondition && { loopCondition: callOf(loopCondition, '_&&_', [callOf(loopCondition, '@within', []), strictly(loopCondition)]) }),
    ...(loopStep && { loopStep: bounded(loopStep, true) }),
  };
}

/** An error ends the loop. CEL would go on and look for an element that makes up for it; here what cannot be told is a denial, and errors pile up. */
const strictly = (condition: Expr): Expr =>
  (condition.exprKind.case === 'callExpr' && condition.exprKind.value.function === '@not_strictly_false' ? condition.exprKind.value.args[0] ?? condition : condition);

const withKind = (expr: Expr, exprKind: Expr['exprKind']): Expr => ({ ...expr, exprKind });

const callOf = (at: Expr, name: string, args: Expr[]): Expr =>
  withKind(at, { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } });
