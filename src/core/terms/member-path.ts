/** One step of a member path: a named member, every member of an array, one of its members, or any depth before the next step. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'every' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'descend' };

export type MemberPath = readonly Step[];

/** In order: `..`, `.name` (or a bare name after `..`), `['name']`, `[0]`, `[*]` or `.*`. */
const STEP = /^(?:(\.\.)|\.?([A-Za-z_$][\w$-]*)|\['([^'\\]*)'\]|\[(\d{1,9})\]|(\[\*\]|\.\*))/;

/**
 * Reads a member path: `$.a.b`, `$..token`, `$.items[*].secret`, `$['odd name']`, `$.list[0]`. A small part of RFC 9535 (JSONPath);
 * filters, slices and unions are not in it. Gives undefined for anything else.
 */
export function parseMemberPath(text: string): MemberPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let rest = text.slice(1);
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null) return undefined;
    const afterDescend = steps.at(-1)?.kind === 'descend';
    // A bare name is a step only after `..`; and `..` twice, or a dot after it, means nothing.
    if ((match[2] !== undefined && match[0].startsWith('.') === afterDescend) || (afterDescend && (match[1] || match[0] === '.*'))) return undefined;
    steps.push(stepOf(match));
    rest = rest.slice(match[0].length);
  }
  return steps.length === 0 || steps.at(-1)?.kind === 'descend' ? undefined : steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, descend, plain, quoted, index] = match;
  if (descend !== undefined) return { kind: 'descend' };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  const name = plain ?? quoted;
  return name === undefined ? { kind: 'every' } : { kind: 'name', name };
}
