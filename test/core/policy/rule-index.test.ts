import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/core/policy/compile.ts';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import type { Step } from '../../../src/core/policy/judge.ts';
import type { Snapshot } from '../../../src/core/policy/snapshot.ts';
import { AGENT, call } from './fixtures.ts';

interface PlainRule {
  readonly effect: 'allow' | 'deny' | 'hold';
  readonly methods?: readonly string[];
  readonly paths?: readonly string[];
}

function snapshotOfRules(rules: readonly PlainRule[]): Snapshot {
  const written = rules.map(({ effect, ...match }) => ({ [effect]: match }));
  const policy = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'many', namespace: 'agents' }, spec: { mode: 'enforce', tools: [{ name: 'api', http: { hosts: ['api.example.com'], tls: 'intercept' }, rules: written }] } };
  const compiled = compile([policy], { generation: 1 });
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems[0]));
  return compiled.snapshot;
}

const segment = fc.constantFrom('a', 'B', 'a;x', '%C3%84', 'b.');
const pattern = fc.array(fc.oneof(segment, fc.constantFrom('*', '**')), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const path = fc.tuple(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '/')).map(([parts, end]) => `/${parts.join('/')}${end}`);
const rule: fc.Arbitrary<PlainRule> = fc.record(
  { effect: fc.constantFrom('allow', 'deny', 'hold'), methods: fc.subarray(['GET', 'POST']), paths: fc.array(pattern, { maxLength: 3 }) },
  { requiredKeys: ['effect', 'paths'] },
);

test('of many rules the index finds the one that going through all of them finds', () => {
  const seen = new Set<string>();
  fc.assert(fc.property(fc.array(rule, { minLength: 20, maxLength: 60 }), path, fc.constantFrom('GET', 'POST', 'get'), (rules, at, method) => {
    const snapshot = snapshotOfRules(rules);
    const action = call(`${method} https://api.example.com${at}`);
    const steps: Step[] = [];
    // With a listener every rule is looked at in its order.
    const linear = evaluate(snapshot, AGENT, action, 0, (step) => steps.push(step));
    const indexed = evaluate(snapshot, AGENT, action, 0);
    expect({ ...indexed, facts: indexed.kind === 'permit' && indexed.facts }).toEqual({ ...linear, facts: linear.kind === 'permit' && linear.facts });
    seen.add(linear.kind);
  }), { numRuns: 300 });
  expect([...seen].sort()).toEqual(['deny', 'hold', 'permit']);
});

const many = (each: number) => Array.from({ length: each }, (_, index): PlainRule => ({ effect: index % 10 === 0 ? 'deny' : 'allow', paths: [`/items/${index}/*`, `/*/things-${index}`] }));

describe('a thousand rules', () => {

  test.each([
    ['the first', '/items/0/x', 'denied-by-rule'],
    ['one in the middle', '/items/501/x', 'allowed-by-rule'],
    ['the last, by its second pattern', '/any/things-999', 'allowed-by-rule'],
    ['none', '/items/1000/x', 'no-rule-matched'],
  ])('%s', (_, at, reason) => {
    const verdict = evaluate(snapshotOfRules(many(1_000)), AGENT, call(`GET https://api.example.com${at}`), 0);
    expect(verdict.kind === 'permit' ? verdict.facts.reason : verdict.reason).toBe(reason);
  });
});
