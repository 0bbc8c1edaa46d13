import { dirname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { evaluate } from '../../../core/policy/evaluate.ts';
import type { Snapshot } from '../../../core/policy/snapshot.ts';
import { actionOf } from './call.ts';
import { readCases, type CaseFile, type TestCase } from './cases.ts';
import { flat, type FlatVerdict } from './explain.ts';
import { readSnapshot, readText } from './files.ts';

interface CaseResult {
  readonly name: string;
  readonly call: string;
  readonly ok: boolean;
  /** One line for each thing that is not as expected. */
  readonly differences: readonly string[];
  readonly got: FlatVerdict;
}

/** Judges each call of the file and prints how it went; resolves to the exit code, 0 or 1. */
export async function testPolicies(file: string, output: 'text' | 'json', now: number, stdout: NodeJS.WriteStream): Promise<number> {
  const cases = readCases(file, await readText(file));
  const snapshot = await readSnapshot(cases.policies.map((path) => resolve(dirname(file), path)));
  const results = cases.cases.map((each) => runCase(snapshot, cases, each, now));
  const failed = results.filter(({ ok }) => !ok).length;
  const passed = results.length - failed;
  if (output === 'json') stdout.write(`${JSON.stringify({ file, passed, failed, cases: results }, undefined, 2)}\n`);
  else stdout.write(`${results.flatMap((result) => caseLines(result, stdout)).join('\n')}\n\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function runCase(snapshot: Snapshot, { agent: usual }: CaseFile, expected: TestCase, now: number): CaseResult {
  const { namespace, name, labels } = expected.agent ?? usual;
  const [method = '', url = ''] = expected.call.split(' ');
  const subject = { namespace, agent: name, ...(labels !== undefined && { labels }) };
  const got = flat(evaluate(snapshot, subject, actionOf(method, url), now));
  const differences = compared(expected, got);
  return { name: expected.name, call: expected.call, ok: differences.length === 0, differences, got };
}

function compared(expected: TestCase, got: FlatVerdict): string[] {
  const pairs: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['verdict', expected.expect, got.verdict],
    ['reason', expected.reason, got.reason],
    ['rule', expected.rule, got.rule?.rule],
    ['wouldBe', expected.wouldBe, got.wouldBe?.kind],
  ];
  return pairs.flatMap(([what, wanted, found]) => (wanted === undefined || wanted === found ? [] : [`${what}: expected ${wanted}, got ${found ?? 'none'}`]));
}

function caseLines({ name, call, ok, differences, got }: CaseResult, stream: NodeJS.WriteStream): string[] {
  const mark = ok ? styleText('green', 'ok  ', { stream }) : styleText('red', 'FAIL', { stream });
  const head = `${mark}  ${name}  ${styleText('dim', `${call} -> ${got.verdict} (${got.reason})`, { stream })}`;
  return ok ? [head] : [head, ...differences.map((difference) => `        ${difference}`), `        ${got.sentence}`];
}
