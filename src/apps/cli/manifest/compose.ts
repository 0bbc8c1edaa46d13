import { LineCounter, visit, type CollectionTag, type Document, type ScalarTag } from 'yaml';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { composeBounded } from '../../../core/policy/bounded-yaml.ts';
import { positionAt, positionOf, repeatedKeys, syntaxProblems, type TextProblem } from '../../../core/policy/documents.ts';

export interface Composed {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
}

/** Schemas of custom resources are the deepest that people write, at about 60. */
const DEEPEST = 250;
const MOST_ERRORS = 10;

/** Go reads `0o644` as YAML 1.2 does. */
const octal: ScalarTag = { tag: 'tag:yaml.org,2002:int', default: true, test: /^[-+]?0o[0-7]+$/, resolve: (text) => Number(text) };

/**
 * Composes manifests as `kubectl` reads them: YAML 1.1 but for its dates and numbers of base 60, so that `yes` is true and `0644` is
 * 420. Throws `InputFault` with the place of everything that is wrong, keys that stand twice included: readers disagree on which
 * of them holds.
 */
export function compose(file: string, text: string): Composed {
  const lines = new LineCounter();
  const composed = composeBounded(text, lines, {
    prettyErrors: false, uniqueKeys: false, logLevel: 'silent', version: '1.1', merge: true,
    customTags: (tags) => [...tags.filter((tag) => typeof tag === 'string' || !isOfTime(tag)), octal],
  }, DEEPEST);
  if ('message' in composed) throw misread(file, text, [{ message: composed.message, ...positionAt(lines, composed.offset) }]);
  const problems = composed.documents.flatMap((document) => [...syntaxProblems(document, lines), ...repeatedIn(document, lines)]);
  if (problems.length > 0) throw misread(file, text, problems);
  return { documents: composed.documents, lines };
}

/** Dates, and numbers of base 60, which Go leaves as text. */
function isOfTime(tag: CollectionTag | ScalarTag): boolean {
  return tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME');
}

function repeatedIn(document: Document.Parsed, lines: LineCounter): TextProblem[] {
  const found: TextProblem[] = [];
  visit(document, {
    Map: (_key, map) => {
      for (const key of repeatedKeys(map)) found.push({ message: 'this key stands in the mapping already', ...positionOf(lines, key) });
    },
  });
  return found;
}

/** One a line: what is found besides on the same one follows from the first. */
function misread(file: string, text: string, problems: readonly TextProblem[]): InputFault {
  const byLine = new Map(problems.toReversed().map((problem) => [problem.line, problem]));
  const told = [...byLine.values()].sort((a, b) => a.line - b.line).slice(0, MOST_ERRORS).map(({ line, column, message, expected }) =>
    `${file}:${line}:${column}: ${message}${expected === undefined ? '' : ` (expected ${expected})`}`);
  const more = byLine.size > MOST_ERRORS ? [`${file}: and ${byLine.size - MOST_ERRORS} more lines`] : [];
  return new InputFault('unfit', [...told, ...more, ...adviceOn(file, text)].join('\n'));
}

/** What people most often hand over by mistake. */
function adviceOn(file: string, text: string): string[] {
  if (/\{\{-?\s*[.$a-z]/.test(text)) return [`${file}: looks like a Helm template; check what it makes: helm template CHART | sallyport check -`];
  if (/^(NAME|MANIFEST|HOOKS):/m.test(text)) return [`${file}: looks like what helm install prints; check what the chart makes: helm template CHART | sallyport check -`];
  if (/^[+-]{3} |^@@ /m.test(text)) return [`${file}: looks like a diff; check the manifest itself`];
  return [];
}
