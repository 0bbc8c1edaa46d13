import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { expect, test } from 'vitest';
import { CallView } from '../../../../src/core/policy/call-view.ts';
import { readCondition } from '../../../../src/core/policy/conditions/condition.ts';
import { AGENT, call } from '../fixtures.ts';

const VIEW = new CallView(call('GET https://api.example.com/'), { subject: AGENT, now: 0 });

const testsOf = ({ tests, suites }: IncrementalTestSuite): IncrementalTestSuite['tests'] => [...tests, ...suites.flatMap(testsOf)];

test('conditions say what the specification\'s own tests of truth values want, unless they are refused or cannot be told', () => {
  const wrong: string[] = [];
  let told = 0;
  for (const { original } of testsOf(getConformanceSuite())) {
    const { expr, resultMatcher, container, bindings } = original;
    if (container !== '' || Object.keys(bindings).length > 0 || resultMatcher.case !== 'value' || resultMatcher.value.kind.case !== 'boolValue') continue;
    const read = readCondition(expr, {});
    if ('fault' in read) continue;
    const result = read.condition.holds(VIEW);
    if (typeof result !== 'boolean') continue;
    told += 1;
    if (result !== resultMatcher.value.kind.value) wrong.push(expr);
  }
  expect(wrong).toEqual([]);
  expect(told).toBeGreaterThan(400);
});
