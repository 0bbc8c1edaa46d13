import { dirname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { readPolicies, readText } from '../../../adapters/policy-files/read.ts';
import { evaluate } from '../../../core/policy/evaluate.ts';
import type { AgentPolicy } from '../../../core/policy/model.ts';
import { actionOf } from './call.ts';
import { readCases, type CaseFile, type TestCase } from './cases.ts';
import { flat, type FlatVerdict } from './explain.ts';
import { snapshotFor } from './snapshot-for.ts';

interface CaseResult {
  readonly name: string;
  readonly call: string;
  readonly ok: boolean;
  /** One line for each thing that is not as expected. */
  readonly differences: readonly string[];
  readonly got: FlatVerdict;
  /** Whether `matchLabels` was not consulted, as no labels are given. */
  readonly blind: boolean;
}

/** Judges each call of the file and prints how it went; resolves to the exit code, 0 or 1. */
export async function testPolicies(file: string, output: 'text' | 'json', now: number, stdout: NodeJS.WriteStream): Promise<number> {
  const cases = readCases(file, await readText(file));
  const policies = await readPolicies(cases.policies.map((path) => resolve(dirname(file), path)));
  const results = cases.cases.map((each) => runCase(policies, cases, each, now));
  const failed = results.filter(({ ok }) => !ok).length;
  const passed = results.length - failed;
  if (output === 'json') stdout.write(`${JSON.stringify({ file, passed, failed, cases: results }, undefined, 2)}\n`);
  else stdout.write(`${[...results.flatMap((result) => caseLines(result, stdout)), ...blindNote(results)].join('\n')}\n\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function runCase(policies: readonly AgentPolicy[], { agent: usual }: CaseFile, expected: TestCase, now: number): CaseResult {
  const { namespace, name, labels } = expected.agent ?? usual;
  const [method = '', url = ''] = expected.call.split(' ');
  const subject = { namespace, agent: name, ...(labels !== undefined && { labels }) };
  const { snapshot, omissions } = snapshotFor(policies, subject);
  const got = flat(evaluate(snapshot, subject, actionOf(method, url), now));
  const differences = compared(expected, got);
  return { name: expected.name, call: expected.call, ok: differences.length === 0, differences, got, blind: omissions.some(({ event }) => event === 'labels-not-consulted') };
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

function blindNote(results: readonly CaseResult[]): string[] {
  const blind = results.filter((result) => result.blind).length;
  return blind === 0 ? [] : ['', `${blind} of ${results.length} cases give no labels: matchLabels is not consulted for them, and every policy applies.`];
}
