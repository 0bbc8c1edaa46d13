import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { nearest } from '../nearest.ts';
import type { TextFault } from '../text-faults.ts';

/** What a condition may name, and the members of each; `open` where members are not known before the call. */
export type Variables = Readonly<Record<string, readonly string[] | 'open'>>;

/** What a condition reads of a call. */
export interface Reads {
  /** `request.json`, `now`, `args` and so on. */
  readonly places: ReadonlySet<string>;
  /** Names of the header fields that are read; `undefined` among them: any. */
  readonly headers: ReadonlySet<string | undefined>;
  readonly query: ReadonlySet<string | undefined>;
}

export type Walked = { readonly reads: Reads } | { readonly fault: TextFault };

const MOST_LOOPS = 2;

const TYPES = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type'];

const FUNCTIONS = [
  'size', 'contains', 'startsWith', 'endsWith', 'matches', 'bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration', 'dyn', 'type', 'has', 'seen',
  'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours', 'getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds',
];
const MACROS = ['all', 'exists', 'exists_one', 'map', 'filter'];

/** Goes through a parsed condition; refuses names that nothing will have, and loops too deep in each other. */
export function walk(root: Expr, variables: Variables): Walked {
  const walker = new Walker(variables);
  walker.visit(root, [], 0);
  return walker.fault === undefined ? { reads: walker } : { fault: walker.fault };
}

class Walker implements Reads {
  readonly places = new Set<string>();
  readonly headers = new Set<string | undefined>();
  readonly query = new Set<string | undefined>();
  readonly #variables: Variables;
  fault: TextFault | undefined;

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** `bound`: names that loops around give a meaning to. */
  visit(expr: Expr, bound: readonly string[], loops: number): void {
    const { exprKind } = expr;
    if (this.#keyed(expr, bound)) return;
    switch (exprKind.case) {
      case 'identExpr': return this.#name(exprKind.value.name, bound);
      case 'selectExpr': return this.#select(expr, bound, loops);
      case 'callExpr': {
        const { function: name, target, args } = exprKind.value;
        this.#called(name, target);
        for (const each of target === undefined ? args : [target, ...args]) this.visit(each, bound, loops);
        return;
      }
      case 'listExpr': return exprKind.value.elements.forEach((each) => this.visit(each, bound, loops));
      case 'structExpr': return this.#struct(exprKind.value, bound, loops);
      case 'comprehensionExpr': return this.#loop(exprKind.value, bound, loops);
    }
  }

  #refuse(message: string, expected: string, close?: string): void {
    this.fault ??= { message, expected, nearest: close };
  }

  #name(name: string, bound: readonly string[]): void {
    if (bound.includes(name) || TYPES.includes(name)) return;
    const known = Object.keys(this.#variables);
    if (!known.includes(name)) return this.#refuse(`reads ${name}, which no call of this tool has`, `one of ${known.join(', ')}`, nearest(name, known));
    this.places.add(name);
  }

  #select(expr: Expr, bound: readonly string[], loops: number): void {
    const { exprKind } = expr;
    if (exprKind.case !== 'selectExpr' || exprKind.value.operand === undefined) return;
    const { operand, field } = exprKind.value;
    const root = variableOf(operand);
    if (root === undefined || bound.includes(root)) return this.visit(operand, bound, loops);
    const members = Object.hasOwn(this.#variables, root) ? this.#variables[root] : undefined;
    if (Array.isArray(members) && !members.includes(field)) {
      return this.#refuse(`reads ${root}.${field}, which there is not`, `one of ${members.map((each) => `${root}.${each}`).join(', ')}`, nearest(`${root}.${field}`, members.map((each) => `${root}.${each}`)));
    }
    this.places.add(`${root}.${field}`);
    if (root === 'request' && (field === 'headers' || field === 'query')) this[field].add(undefined);
    this.#name(root, bound);
  }

  /** `request.headers["x"]`, `request.headers.x`, `has(request.headers.x)` and `"x" in request.headers` read one field. */
  #keyed(expr: Expr, bound: readonly string[]): boolean {
    const keyed = bound.includes('request') ? undefined : keyOf(expr);
    if (keyed === undefined) return false;
    const { side, key } = keyed;
    if (side === 'headers' && key !== key.toLowerCase()) this.#refuse(`reads the header ${key}, and names of headers are in lower case`, 'the name in lower case', key.toLowerCase());
    this.#name('request', bound);
    this.places.add(`request.${side}`);
    this[side].add(key);
    return true;
  }

  #called(name: string, target: Expr | undefined): void {
    if (/^[^a-zA-Z]/.test(name) || FUNCTIONS.includes(name) && (name !== 'seen' || (target !== undefined && variableOf(target) === 'run'))) return;
    const known = [...FUNCTIONS, ...MACROS];
    this.#refuse(`calls ${name}, which there is not${MACROS.includes(name) ? ' in this form' : ''}`, 'a function of CEL, or run.seen("TOOL")', nearest(name, known.filter((each) => each !== name)));
  }

  #struct({ messageName, entries }: StructParts, bound: readonly string[], loops: number): void {
    if (messageName !== '') this.#refuse(`makes a ${messageName}, which there is not`, 'maps, lists and plain values');
    for (const { value, keyKind } of entries) {
      if (keyKind.case === 'mapKey') this.visit(keyKind.value, bound, loops);
      if (value !== undefined) this.visit(value, bound, loops);
    }
  }

  #loop({ iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result }: LoopParts, bound: readonly string[], loops: number): void {
    if (loops >= MOST_LOOPS) return this.#refuse(`has loops more than ${MOST_LOOPS} deep in each other`, 'all, exists, map and filter at most one inside another');
    if (iterRange !== undefined) this.visit(iterRange, bound, loops);
    const inner = [...bound, iterVar, accuVar];
    for (const part of [accuInit, loopCondition, loopStep, result]) if (part !== undefined) this.visit(part, inner, loops + 1);
  }
}

type StructParts = Extract<Expr['exprKind'], { case: 'structExpr' }>['value'];
type LoopParts = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value'];

const variableOf = ({ exprKind }: Expr): string | undefined => (exprKind.case === 'identExpr' ? exprKind.value.name : undefined);

type Keyed = { readonly side: 'headers' | 'query'; readonly key: string };

function keyOf({ exprKind }: Expr): Keyed | undefined {
  if (exprKind.case === 'selectExpr') return keyed(exprKind.value.operand, exprKind.value.field);
  if (exprKind.case !== 'callExpr') return undefined;
  const [first, second] = exprKind.value.args;
  if (exprKind.value.function === '_[_]') return keyed(first, textOf(second));
  return exprKind.value.function === '@in' ? keyed(second, textOf(first)) : undefined;
}

function keyed(map: Expr | undefined, key: string | undefined): Keyed | undefined {
  if (key === undefined || map?.exprKind.case !== 'selectExpr' || map.exprKind.value.operand === undefined) return undefined;
  const { operand, field, testOnly } = map.exprKind.value;
  return !testOnly && variableOf(operand) === 'request' && (field === 'headers' || field === 'query') ? { side: field, key } : undefined;
}

function textOf(expr: Expr | undefined): string | undefined {
  const kind = expr?.exprKind;
  return kind?.case === 'constExpr' && kind.value.constantKind.case === 'stringValue' ? kind.value.constantKind.value : undefined;
}
