import { evaluate } from '../../../core/policy/evaluate.ts';
import type { AgentPolicy } from '../../../core/policy/model.ts';
import { actionOf } from '../policy/call.ts';
import { flat } from '../policy/explain.ts';
import { snapshotFor } from '../policy/snapshot-for.ts';
import type { CallCase, CaseFile } from './cases.ts';
import { difference, type CaseResult } from './result.ts';

/** Judges one call as the proxy would. */
export function runCall(policies: readonly AgentPolicy[], { file, agent: usual }: CaseFile, expected: CallCase, now: number): CaseResult {
  const { namespace = '', name = '', labels } = expected.agent ?? usual ?? {};
  const [method = '', url = ''] = expected.call.split(' ');
  const subject = { namespace, agent: name, ...(labels !== undefined && { labels }) };
  const { snapshot, omissions } = snapshotFor(policies, subject);
  const got = flat(evaluate(snapshot, subject, actionOf(method, url), now));
  const differences = [
    ...difference('verdict', expected.expect, got.verdict),
    ...difference('reason', expected.reason, got.reason),
    ...difference('rule', expected.rule, got.rule?.rule),
    ...difference('wouldBe', expected.wouldBe, got.wouldBe?.kind),
  ];
  return {
    file,
    name: expected.name,
    subject: expected.call,
    ok: differences.length === 0,
    differences,
    got: { ...got, why: got.reason },
    told: [got.sentence],
    blind: omissions.some(({ event }) => event === 'labels-not-consulted'),
    exercised: [],
  };
}
