import type { Style } from '../manifest/report.ts';
import { junit } from '../report/junit.ts';
import type { Coverage } from './coverage.ts';
import type { CaseResult } from './result.ts';

/** What a run of cases came to. */
export interface TestRun {
  readonly results: readonly CaseResult[];
  /** Absent where no case is of a manifest. */
  readonly coverage?: Coverage;
}

/** All cases, to be read on a terminal; ends with a line that counts. */
export function testReport({ results, coverage }: TestRun, style: Style): string {
  const files = Map.groupBy(results, ({ file }) => file);
  const cases = [...files].flatMap(([file, members]) => [...(files.size > 1 ? [style('bold', file)] : []), ...members.flatMap((one) => caseLines(one, style))]);
  const failed = results.filter(({ ok }) => !ok).length;
  return `${[...cases, ...blindNote(results), ...coverageLines(coverage)].join('\n')}\n\n${results.length - failed} passed, ${failed} failed\n`;
}

/** The same as plain data. */
export function testJson({ results, coverage }: TestRun): string {
  const failed = results.filter(({ ok }) => !ok).length;
  const cases = results.map(({ file, name, subject, ok, differences, got, blind }) => ({ file, name, subject, ok, differences, got, blind }));
  return `${JSON.stringify({ passed: results.length - failed, failed, cases, ...(coverage === undefined ? {} : { coverage }) }, undefined, 2)}\n`;
}

export function testJunit({ results }: TestRun): string {
  return junit('sallyport test', results.map(({ file, name, ok, differences, told }) => ({
    name, suite: file, file, ...(ok ? {} : { failure: { summary: differences[0] ?? '', details: [...differences, ...told].join('\n') } }),
  })));
}

function caseLines({ name, subject, ok, differences, got, told }: CaseResult, style: Style): string[] {
  const mark = ok ? style('green', 'ok  ') : style('red', 'FAIL');
  const head = `${mark}  ${name}  ${style('dim', `${subject} -> ${got.verdict}${got.why === '' ? '' : ` (${got.why})`}`)}`;
  return ok ? [head] : [head, ...[...differences, ...told].map((line) => `        ${line}`)];
}

function blindNote(results: readonly CaseResult[]): string[] {
  const blind = results.filter((result) => result.blind).length;
  return blind === 0 ? [] : ['', `${blind} of ${results.length} cases give no labels: matchLabels is not consulted for them, and every policy applies.`];
}

function coverageLines(coverage: Coverage | undefined): string[] {
  if (coverage === undefined) return [];
  const { exercised, missing, percent } = coverage;
  return ['', `checks that a case exercises: ${exercised.length} of ${exercised.length + missing.length} (${percent} %)${missing.length === 0 ? '' : `; none exercises ${missing.join(', ')}`}`];
}
