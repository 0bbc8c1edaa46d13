import { z } from 'zod';
import { PolicyFilesFault } from '../../../adapters/policy-files/fault.ts';
import { readDocuments } from '../../../core/policy/documents.ts';
import { findings } from '../../../core/policy/findings.ts';
import type { JsonSchema } from '../../../core/policy/json-schema.ts';
import { formatPath, type Finding, type Problem } from '../../../core/policy/problem.ts';
import { shaped } from '../../../core/policy/schema/fields.ts';
import { REASONS, type ReasonCode } from '../../../core/terms/reason.ts';

const agent = z.strictObject({ namespace: z.string(), name: z.string(), labels: z.record(z.string(), z.string()).optional() });

const reasons = Object.keys(REASONS) as [ReasonCode, ...ReasonCode[]];

const testCase = z.strictObject({
  name: z.string(),
  call: shaped('The call.', 4_000, /^\S+ \S+$/, 'METHOD URL'),
  agent: agent.optional(),
  expect: z.enum(['permit', 'deny', 'hold']),
  reason: z.enum(reasons).optional(),
  rule: z.string().optional(),
  wouldBe: z.enum(['deny', 'hold']).optional(),
});

const caseFile = z.strictObject({ policies: z.array(z.string()), agent, cases: z.array(testCase) });

export type TestCase = z.output<typeof testCase>;
export type CaseFile = z.output<typeof caseFile>;

/** Reads a file of cases; throws `PolicyFilesFault` with everything that is wrong with it, by position. */
export function readCases(file: string, text: string): CaseFile {
  const { documents: [document, second], problems } = readDocuments(text);
  if (document === undefined || second !== undefined) {
    throw PolicyFilesFault.unfit(problems.length > 0 ? problems.map((problem) => ({ file, path: '', ...problem })) : [{ file, path: '', line: 1, column: 1, message: 'has more than one document' }]);
  }
  const read = caseFile.safeParse(document.value);
  if (read.success) return read.data;
  const schema = z.toJSONSchema(caseFile, { io: 'input' }) as JsonSchema;
  throw PolicyFilesFault.unfit(findings(read.error.issues, document.value, schema).map((finding) => problemOf(file, finding, document.locate(finding.path, finding.key))));
}

function problemOf(file: string, { path, key, message, expected, nearest }: Finding, position: { line: number; column: number }): Problem {
  return {
    file,
    ...position,
    path: formatPath(key === undefined ? path : [...path, key]),
    message,
    ...(expected !== undefined && { expected }),
    ...(nearest !== undefined && { nearest }),
  };
}
