import { expect, test } from 'vitest';
import { readAgents } from '../../../src/core/policy/read-agents.ts';

const labels = { app: 'triage', tier: '1' };

test.each<[string, unknown, unknown]>([
  ['the labels of a policy that is broken elsewhere', { spec: { agents: { matchLabels: labels }, tools: 7 } }, { matchLabels: labels }],
  ['everyone, without agents', { spec: {} }, undefined],
  ['everyone, with no labels', { spec: { agents: { matchLabels: {} } } }, undefined],
  ['everyone, with a label that is no text', { spec: { agents: { matchLabels: { ...labels, more: true } } } }, undefined],
  ['everyone, with a key beside the labels', { spec: { agents: { matchLabels: labels, except: {} } } }, undefined],
  ['everyone, with a label that readers drop', JSON.parse('{"spec":{"agents":{"matchLabels":{"app":"triage","__proto__":"x"}}}}'), undefined],
  ['everyone, without a spec', { spec: null }, undefined],
  ['everyone, where it is no object', 'policy', undefined],
])('a broken policy may be for %s', (_whom, object, agents) => {
  expect(readAgents(object)).toEqual(agents);
});
