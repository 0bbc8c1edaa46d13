import { z } from 'zod';
import { PolicyFilesFault } from '../../../adapters/policy-files/fault.ts';
import { CHECKS } from '../../../core/checks/index.ts';
import { readDocuments } from '../../../core/policy/documents.ts';
import { findings } from '../../../core/policy/findings.ts';
import type { JsonSchema } from '../../../core/policy/json-schema.ts';
import { formatPath, type Finding, type Problem } from '../../../core/policy/problem.ts';
import { shaped } from '../../../core/policy/schema/fields.ts';
import { REASONS, type ReasonCode } from '../../../core/terms/reason.ts';

const agent = z.strictObject({ namespace: z.string(), name: z.string(), labels: z.record(z.string(), z.string()).optional() });

const reasons = Object.keys(REASONS) as [ReasonCode, ...ReasonCode[]];

/** What is found by the checks, and by what cannot be read. */
const checks = z.array(z.enum([...CHECKS.map(({ id }) => id), 'admission', 'policy']));

const CALL_VERDICTS = ['permit', 'deny', 'hold'] as const;
const MANIFEST_VERDICTS = ['admitted', 'refused'] as const;

const testCase = z.strictObject({
  name: z.string(),
  expect: z.enum([...CALL_VERDICTS, ...MANIFEST_VERDICTS]),
  call: shaped('The call.', 4_000, /^\S+ \S+$/, 'METHOD URL').optional(),
  agent: agent.optional(),
  reason: z.enum(reasons).optional(),
  rule: z.string().optional(),
  wouldBe: z.enum(['deny', 'hold']).optional(),
  manifest: z.string().optional(),
  object: shaped('The object in the manifest.', 600, /^\S+ \S+$/, 'KIND NAME or KIND NAMESPACE/NAME').optional(),
  checks: checks.optional(),
  reasons: z.array(z.string()).optional(),
  warnings: checks.optional(),
}).superRefine((one, context) => {
  const fault = misfit(one);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: [...fault.path], message: fault.message, params: { expected: fault.expected } });
});

const caseFile = z.strictObject({
  policies: z.array(z.string()).default([]),
  agent: agent.optional(),
  facts: z.array(z.string()).default([]),
  profile: z.string().default('isolated'),
  namespace: z.string().default('default'),
  cases: z.array(testCase),
}).superRefine(({ policies, agent: usual, cases }, context) => {
  const calling = cases.findIndex(({ call }) => call !== undefined);
  if (calling >= 0 && policies.length === 0) context.addIssue({ code: 'custom', path: [], message: 'has no policies to judge calls by', params: { expected: 'policies: [FILE]' } });
  const nobody = cases.findIndex(({ call, agent: own }) => call !== undefined && own === undefined);
  if (nobody >= 0 && usual === undefined) context.addIssue({ code: 'custom', path: ['cases', nobody], message: 'is a call of no agent', params: { expected: 'agent: {namespace: NAMESPACE, name: NAME} here or for all cases' } });
});

type Case = z.output<typeof testCase>;
type Agent = z.output<typeof agent>;
export type CallCase = Case & { readonly call: string };
export type ManifestCase = Case & { readonly manifest: string };

export interface CaseFile {
  /** What the paths in it are relative to, and how it is called in reports. */
  readonly file: string;
  readonly policies: readonly string[];
  readonly agent?: Agent | undefined;
  readonly facts: readonly string[];
  readonly profile: string;
  readonly namespace: string;
  readonly cases: readonly (CallCase | ManifestCase)[];
}

/** Reads a file of cases; throws `PolicyFilesFault` with everything that is wrong with it, by position. */
export function readCases(file: string, text: string): CaseFile {
  const { documents: [document, second], problems } = readDocuments(text);
  if (document === undefined || second !== undefined) {
    throw PolicyFilesFault.unfit(problems.length > 0 ? problems.map((problem) => ({ file, path: '', ...problem })) : [{ file, path: '', line: 1, column: 1, message: 'has more than one document' }]);
  }
  const read = caseFile.safeParse(document.value);
  if (read.success) return { file, ...read.data, cases: read.data.cases.filter((one) => isCall(one) || isManifest(one)) };
  const schema = z.toJSONSchema(caseFile, { io: 'input' }) as JsonSchema;
  throw PolicyFilesFault.unfit(findings(read.error.issues, document.value, schema).map((finding) => problemOf(file, finding, document.locate(finding.path, finding.key))));
}

export function isCall(one: Case): one is CallCase {
  return one.call !== undefined;
}

function isManifest(one: Case): one is ManifestCase {
  return one.manifest !== undefined;
}

const OF_CALLS = ['agent', 'reason', 'rule', 'wouldBe'] as const;
const OF_MANIFESTS = ['object', 'checks', 'reasons', 'warnings'] as const;

/** A case is either of a call or of a manifest, in all that it says. */
function misfit(one: Case): { readonly path: readonly string[]; readonly message: string; readonly expected: string } | undefined {
  const [call, manifest] = [one.call !== undefined, one.manifest !== undefined];
  if (call === manifest) return { path: [], message: call ? 'has a call and a manifest' : 'has neither a call nor a manifest', expected: 'exactly one of call and manifest' };
  const stray = (call ? OF_MANIFESTS : OF_CALLS).find((member) => one[member] !== undefined);
  if (stray !== undefined) return { path: [stray], message: `is nothing that a ${call ? 'call' : 'manifest'} has`, expected: `one of ${(call ? OF_CALLS : OF_MANIFESTS).join(', ')}` };
  const verdicts: readonly string[] = call ? CALL_VERDICTS : MANIFEST_VERDICTS;
  return verdicts.includes(one.expect) ? undefined : { path: ['expect'], message: `is ${one.expect}, which no ${call ? 'call' : 'manifest'} is`, expected: `one of ${verdicts.join(', ')}` };
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
