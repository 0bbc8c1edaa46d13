import { expect, test } from 'vitest';
import { obstacle, selects } from '../../../src/core/policy/selects.ts';
import { policy, snapshotOf } from './fixtures.ts';

const one = (spec: string) => snapshotOf([policy(spec)]).policies[0]!;
const everyone = one('tools: []');
const labelled = one('agents: {matchLabels: {app: triage, tier: "1"}}, tools: []');

test.each([
  ['every agent of its namespace', everyone, { namespace: 'agents', agent: 'a' }, undefined],
  ['no agent of another namespace', everyone, { namespace: 'others', agent: 'a' }, 'it is for namespace agents'],
  ['an agent with all labels', labelled, { namespace: 'agents', agent: 'a', labels: { app: 'triage', tier: '1', more: 'x' } }, undefined],
  ['no agent with one label missing', labelled, { namespace: 'agents', agent: 'a', labels: { app: 'triage' } }, 'it wants label tier=1'],
  ['no agent with another value', labelled, { namespace: 'agents', agent: 'a', labels: { app: 'other', tier: '1' } }, 'it wants label app=triage'],
  ['no agent whose labels nobody vouches for', labelled, { namespace: 'agents', agent: 'a' }, 'it wants label app=triage, and no labels are known of the agent'],
  ['no agent by what an object inherits', one('agents: {matchLabels: {toString: x}}, tools: []'), { namespace: 'agents', agent: 'a', labels: {} }, 'it wants label toString=x'],
])('a policy selects %s', (_, each, subject, why) => {
  expect(obstacle(each, subject)).toBe(why);
  expect(selects(each, subject)).toBe(why === undefined);
});
