import type { CelFunc, CelInput } from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { CallView } from '../call-view.ts';
import type { TextFault } from '../text-faults.ts';
import { bounded, budgetFunctions, compiledPattern, REGULAR_EXPRESSIONS, withinBudget } from './budget.ts';
import { bind } from './bind.ts';
import { cel } from './library.ts';
import { walk, type Reads, type Variables } from './names.ts';
import { Untold } from './values.ts';

/** A condition in the Common Expression Language, ready to be asked. */
export interface Condition {
  readonly reads: Reads;
  /** Whether it holds, or why that cannot be told (the end of a sentence, with nothing of the call in it). */
  holds(call: CallView): boolean | Untold;
}

export type ReadCondition = { readonly condition: Condition } | { readonly fault: TextFault };

const DEEPEST_BRACKETS = 32;

/** Calls that never give true or false. */
const NOT_BOOLEAN = new Set(['size', '_+_', '_-_', '_*_', '_/_', '_%_', '-_', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration', 'type']);

/** Reads a condition; what it may name is checked here, and not when a call is on its way. */
export function readCondition(text: string, variables: Variables): ReadCondition {
  if (bracketDepth(text) > DEEPEST_BRACKETS) return { fault: { message: `is nested more than ${DEEPEST_BRACKETS} levels deep` } };
  const parsed = parsedText(text);
  if ('fault' in parsed) return parsed;
  const walked = walk(parsed.expr, variables);
  if ('fault' in walked) return walked;
  const fault = resultFault(parsed.expr) ?? patternFault(parsed.expr);
  return fault === undefined ? { condition: planned(parsed.expr, walked.reads) } : { fault };
}

function parsedText(text: string): { readonly expr: Expr } | { readonly fault: TextFault } {
  try {
    return { expr: cel().parse(text).expr };
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^<input>:/, 'at ') : 'unknown';
    return { fault: { message: `is no condition: ${message}`, expected: 'an expression in CEL, such as size(request.json.title) < 100' } };
  }
}

let environment: ReturnType<ReturnType<typeof cel>['celEnv']> | undefined;

/** The call that is being judged: functions get no other way to it, and evaluation is synchronous. */
let judged: CallView | undefined;

function planned(expr: Expr, reads: Reads): Condition {
  const { celEnv, isCelError, plan } = cel();
  environment ??= celEnv({ re2: REGULAR_EXPRESSIONS, funcs: [...budgetFunctions(), seen()] });
  const run = plan(environment, bounded(expr));
  return {
    reads,
    holds(call) {
      try {
        const bindings = bind(call, reads);
        judged = call;
        const result = withinBudget(() => run(bindings));
        if (result === undefined) return new Untold('it takes too long');
        if (isCelError(result)) return new Untold(reason(result.message));
        return typeof result === 'boolean' ? result : new Untold('it gives neither true nor false');
      } catch (error) {
        return error instanceof Untold ? error : new Untold('it cannot be evaluated');
      } finally {
        judged = undefined;
      }
    },
  };
}

/** What is said in the library's words goes to the record, where nothing of the call may be but names. */
const reason = (message: string): string => /^(?:field not found|no such key|index out of bounds|division by zero|found no matching overload for '[^']+')/.exec(message)?.[0].replace(/^found /, '') ?? 'it cannot be evaluated';

function seen(): CelFunc {
  const { celMethod, CelScalar: { BOOL, DYN, STRING }, mapType } = cel();
  return celMethod('seen', mapType(STRING, DYN), [STRING], BOOL, (tool: string): CelInput<typeof BOOL> => {
    if (judged?.run === undefined) throw new Untold('it is not known what the agent called before');
    return judged.run.seen(tool);
  });
}

/** Outside of texts; the library goes down as many levels of its own stack. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()[\]{}?]/gs)) {
    if (/^[([{?]$/.test(token)) deepest = Math.max(deepest, depth += 1);
    else if (/^[)\]}]$/.test(token)) depth -= 1;
  }
  return deepest;
}

function resultFault({ exprKind }: Expr): TextFault | undefined {
  const constant = exprKind.case === 'constExpr' && exprKind.value.constantKind.case !== 'boolValue';
  const never = constant || exprKind.case === 'listExpr' || exprKind.case === 'structExpr' || (exprKind.case === 'callExpr' && NOT_BOOLEAN.has(exprKind.value.function));
  return never ? { message: 'is neither true nor false', expected: 'a comparison, or another expression that is true or false' } : undefined;
}

/** Patterns that stand in the condition are compiled when it is read. */
function patternFault(expr: Expr): TextFault | undefined {
  const { exprKind } = expr;
  if (exprKind.case === 'callExpr' && exprKind.value.function === 'matches') {
    const pattern = exprKind.value.args.at(-1)?.exprKind;
    const text = pattern?.case === 'constExpr' && pattern.value.constantKind.case === 'stringValue' ? pattern.value.constantKind.value : undefined;
    const fault = text === undefined ? undefined : faultOfPattern(text);
    if (fault !== undefined) return { message: `has a pattern that cannot be compared: ${fault}`, expected: 'a pattern of RE2, without look-around and back references' };
  }
  for (const part of partsOf(expr)) {
    const fault = patternFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Why a text is no pattern of RE2; undefined if it is one. */
export function faultOfPattern(text: string): string | undefined {
  try {
    compiledPattern(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown';
  }
}

function partsOf({ exprKind }: Expr): Expr[] {
  switch (exprKind.case) {
    case 'callExpr': return [...(exprKind.value.target ? [exprKind.value.target] : []), ...exprKind.value.args];
    case 'selectExpr': return exprKind.value.operand ? [exprKind.value.operand] : [];
    case 'listExpr': return exprKind.value.elements;
    case 'structExpr': return exprKind.value.entries.flatMap(({ value }) => value ?? []);
    case 'comprehensionExpr': return [exprKind.value.iterRange, exprKind.value.loopStep].flatMap((each) => each ?? []);
    default: return [];
  }
}
