import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import { explain } from '../../../src/core/policy/explain.ts';
import type { Verdict } from '../../../src/core/terms/verdict.ts';
import { AGENT, apiPolicy, call, calls, policy, snapshotOf, specs } from './fixtures.ts';

const plain = (verdict: Verdict): unknown => (verdict.kind === 'permit' ? verdict.facts : verdict);

test('every step is told, in the order in which it was taken', () => {
  const other = policy('tools: []', 'other', 'elsewhere');
  const snapshot = snapshotOf([apiPolicy('access: read-only, rules: [{name: never, deny: {paths: [/secret]}}, {name: wait, hold: {paths: [/held]}, reason: ask first}]'), other]);
  const { steps } = explain(snapshot, AGENT, call('GET https://api.example.com/held'), 0);
  expect(steps.map(({ outcome, sentence }) => `${outcome}: ${sentence}`)).toEqual([
    'passed: Policy agents/triage selects agent agents/triage.',
    'skipped: Policy elsewhere/other does not select agent agents/triage: it is for namespace elsewhere.',
    'passed: Tool api lists api.example.com and port 443.',
    'skipped: Rule never (deny) does not match.',
    'decided: Rule wait (hold) matches: ask first.',
    'decided: GET https://api.example.com/held has to be decided by a person, says rule wait of tool api in agents/triage: ask first.',
  ]);
});

test.each([
  ['without a policy', undefined, 'There is no policy yet for agent agents/triage.'],
  ['with one that has run out', snapshotOf([], { validUntil: -1 }), 'The policy was good until 1969-12-31T23:59:59.999Z and has not been renewed.'],
  ['with one until beyond the calendar', snapshotOf([], { validUntil: -9e15 }), 'The policy was good until -9000000000000000 and has not been renewed.'],
])('%s there is one step, and it decides', (_, snapshot, sentence) => {
  expect(explain(snapshot, AGENT, call('GET https://api.example.com/'), 0).steps).toEqual([{ outcome: 'decided', sentence }]);
});

test('an explanation comes to the verdict that evaluate comes to, and ends with it', () => {
  fc.assert(fc.property(specs(), calls(), (spec, action) => {
    const snapshot = snapshotOf([policy(spec)]);
    const { verdict, steps } = explain(snapshot, AGENT, action, 0);
    expect(plain(verdict)).toEqual(plain(evaluate(snapshot, AGENT, action, 0)));
    expect(steps.at(-1)).toEqual({ outcome: 'decided', sentence: verdict.kind === 'permit' ? verdict.facts.sentence : verdict.sentence });
  }), { numRuns: 100 });
});
