import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { ROOT } from './imports.ts';

/** One function of a file, from its first line to its last. */
export interface FunctionSize {
  /** `FILE:LINE NAME`. */
  readonly at: string;
  readonly lines: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every function of a file that has a name: declarations, methods, accessors, and what is bound to a constant, member or property. */
export function functionsOf(file: string): FunctionSize[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found: FunctionSize[] = [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const add = (name: string, { start, end }: Span): void => {
    found.push({ at: `${file}:${lineAt(start)} ${name}`, lines: lineAt(end) - lineAt(start) + 1 });
  };
  const named = (key: Span, value: Span & { readonly type: string } | null | undefined): void => {
    if (value?.type === 'ArrowFunctionExpression' || value?.type === 'FunctionExpression') add(text.slice(key.start, key.end), value);
  };
  new Visitor({
    FunctionDeclaration: (node) => { add(node.id?.name ?? 'default', node); },
    VariableDeclarator: ({ id, init }) => { named(id, init); },
    MethodDefinition: ({ key, value }) => { named(key, value); },
    PropertyDefinition: ({ key, value }) => { named(key, value); },
    Property: ({ key, value }) => { named(key, value); },
  }).visit(parseSync(file, text).program);
  return found;
}
