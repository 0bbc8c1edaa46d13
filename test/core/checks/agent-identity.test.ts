import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

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
