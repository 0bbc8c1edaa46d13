import { expect, test } from 'vitest';
import type { ObjectFacts } from '../../../src/core/checks/facts.ts';
import { CHECKS, FACT_CHECKS, findFaults } from '../../../src/core/checks/index.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { FACTS, goodPod } from './pods.ts';

test('every check that asks about other objects says so, so that it is asked again before it refuses', () => {
  const named = { ...goodPod({ runtimeClassName: 'gvisor' }), metadata: { namespace: 'agents', name: 'triage', labels: { app: 'a', 'sallyport.dev/agent': 'one' } } };
  const before = { ...named, metadata: { ...named.metadata, labels: { app: 'b' } } };
  const asks = CHECKS.filter((check) => {
    let asked = false;
    const noting = <T>(fact: T): T => {
      asked = true;
      return fact;
    };
    const facts: ObjectFacts = {
      networkPolicies: (namespace) => noting(FACTS.networkPolicies(namespace)),
      runtimeHandler: (name) => noting(FACTS.runtimeHandler(name)),
      selectingLabels: (namespace) => noting(FACTS.selectingLabels(namespace)),
    };
    for (const one of [{}, { before }]) findFaults({ profile: BUILT_IN_PROFILES.isolated, facts, pod: named, expected: named, ...one }, [check]);
    return asked;
  });
  expect(asks.map(({ id }) => id).toSorted()).toEqual([...FACT_CHECKS].toSorted());
});
