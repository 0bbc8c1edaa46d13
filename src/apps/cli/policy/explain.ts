import { styleText } from 'node:util';
import { readPolicies } from '../../../adapters/policy-files/read.ts';
import { explain, type Explanation } from '../../../core/policy/explain.ts';
import type { Subject } from '../../../core/terms/subject.ts';
import type { ReasonCode } from '../../../core/terms/reason.ts';
import type { Deny, Hold, RuleReference, Verdict } from '../../../core/terms/verdict.ts';
import { actionOf } from './call.ts';
import { snapshotFor } from './snapshot-for.ts';

export interface ExplainRequest {
  readonly method: string;
  readonly url: string;
  /** Policy files and folders. */
  readonly paths: readonly string[];
  readonly agent: { readonly namespace: string; readonly agent: string } | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly output: 'text' | 'json';
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly stdout: NodeJS.WriteStream;
}

/** Prints what was looked at and what came of it; resolves to the exit code, 0 for a permit and 1 for the rest. */
export async function explainCall({ method, url, paths, agent, labels, output, now, stdout }: ExplainRequest): Promise<number> {
  const judging = snapshotFor(await readPolicies(paths), { ...(agent && { namespace: agent.namespace }), ...(labels && { labels }) });
  const subject: Subject = { namespace: judging.namespace, agent: agent?.agent ?? 'local', ...(labels && { labels }) };
  const explanation = explain(judging.snapshot, subject, actionOf(method, url), now);
  const call = { method, url };
  const notes = judging.omissions.map(({ sentence }) => sentence);
  if (output === 'json') stdout.write(`${JSON.stringify({ agent: subject, call, ...flat(explanation.verdict), steps: explanation.steps, notes, digest: judging.snapshot.digest }, undefined, 2)}\n`);
  else stdout.write(story(subject, call, explanation, notes, stdout));
  return explanation.verdict.kind === 'permit' ? 0 : 1;
}

/** A verdict as plain data, as both text and JSON show it. */
export interface FlatVerdict {
  readonly verdict: Verdict['kind'];
  readonly reason: ReasonCode;
  readonly rule: RuleReference | undefined;
  readonly sentence: string;
  readonly hint?: string | undefined;
  readonly wouldBe?: Deny | Hold | undefined;
}

export function flat(verdict: Verdict): FlatVerdict {
  if (verdict.kind !== 'permit') return { verdict: verdict.kind, reason: verdict.reason, rule: verdict.rule, sentence: verdict.sentence, hint: verdict.hint };
  const { reason, rule, sentence, wouldBe } = verdict.facts;
  return { verdict: verdict.kind, reason, rule, sentence, wouldBe };
}

const MARKS = { passed: '+', skipped: '-', decided: '=' } as const;
const STYLES = { permit: 'green', deny: 'red', hold: 'yellow' } as const;

function story({ namespace, agent }: Subject, { method, url }: { method: string; url: string }, { verdict, steps }: Explanation, notes: readonly string[], stream: NodeJS.WriteStream): string {
  const { verdict: kind, reason, sentence, ...more } = flat(verdict);
  const lines = [
    `${method} ${url} by ${namespace}/${agent}`,
    ...notes,
    ...(steps.length > 1 ? [''] : []),
    ...steps.slice(0, -1).map(({ outcome, sentence: said }) => styleText(outcome === 'skipped' ? 'dim' : 'reset', `  ${MARKS[outcome]} ${said}`, { stream })),
    '',
    `${styleText(STYLES[kind], kind.toUpperCase(), { stream })} (${reason}): ${sentence}`,
  ];
  if (more.hint !== undefined) lines.push(more.hint);
  if (more.wouldBe !== undefined) lines.push(`Enforced it would be: ${more.wouldBe.kind} (${more.wouldBe.reason}): ${more.wouldBe.sentence}`);
  return `${lines.join('\n')}\n`;
}
