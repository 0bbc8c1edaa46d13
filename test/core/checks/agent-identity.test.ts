import { expect, test } from 'vitest';
import { unknown } from '../../../src/core/terms/fact.ts';
import { FACTS, goodPod, told } from './pods.ts';

const named = (agent: string) => ({ ...goodPod(), metadata: { labels: { 'sallyport.dev/agent': agent } } });
const RENAMED = ['agent-renamed metadata.labels["sallyport.dev/agent"]'];

test('a running pod may not become another agent, nor lose or gain a name', () => {
  expect(told('agent-identity', named('b'), { before: named('a') })).toEqual(RENAMED);
  expect(told('agent-identity', goodPod(), { before: named('a') })).toEqual(RENAMED);
  expect(told('agent-identity', named('a'), { before: goodPod() })).toEqual(RENAMED);
});

test('a new pod takes any name, and a running one keeps it', () => {
  expect(told('agent-identity', named('a'))).toEqual([]);
  expect(told('agent-identity', named('a'), { before: named('a') })).toEqual([]);
});

test('an agent that is named is not named with nothing', () => {
  expect(told('agent-identity', named(''))).toEqual(['agent-unnamed metadata.labels["sallyport.dev/agent"]']);
  expect(told('agent-identity', goodPod())).toEqual([]);
});

const labelled = (labels: Record<string, string>) => ({ ...goodPod(), metadata: { namespace: 'agents', labels } });

test('a running pod does not come under other policies by labels', () => {
  expect(told('agent-identity', labelled({ app: 'b' }), { before: labelled({ app: 'a' }) })).toEqual(['agent-reselected metadata.labels["app"]']);
  expect(told('agent-identity', labelled({}), { before: labelled({ app: 'a' }) })).toEqual(['agent-reselected metadata.labels["app"]']);
  expect(told('agent-identity', labelled({ app: 'a' }), { before: goodPod() })).toEqual(['agent-reselected metadata.labels["app"]']);
});

test('other labels move on', () => {
  expect(told('agent-identity', labelled({ app: 'a', tier: 'y' }), { before: labelled({ app: 'a', tier: 'x' }) })).toEqual([]);
});

test('no label moves while nobody can tell by which policies select', () => {
  const facts = { ...FACTS, selectingLabels: () => unknown<never>('The agent policies are not known.') };
  expect(told('agent-identity', labelled({ tier: 'y' }), { before: labelled({ tier: 'x' }), facts })).toEqual(['selecting-labels-unknown metadata.labels']);
  expect(told('agent-identity', labelled({ tier: 'x' }), { before: labelled({ tier: 'x' }), facts })).toEqual([]);
  expect(told('agent-identity', labelled({ tier: 'x' }), { facts })).toEqual([]);
});
