import { describe, expect, test } from 'vitest';
import { compileForAgent, type AgentSnapshot, type ClaimedAgent } from '../../../src/core/policy/for-agent.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { policy } from './fixtures.ts';

const texts = [policy('agents: {matchLabels: {app: triage}}, tools: []'), policy('tools: []', 'orders', 'shop')];
const { policies } = parsePolicies(texts.map((text, index) => ({ file: `${index}`, text })));

function forAgent(agent: ClaimedAgent): AgentSnapshot {
  const compiled = compileForAgent(policies, agent, { generation: 1 });
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems));
  return compiled;
}

const names = ({ snapshot }: AgentSnapshot): string[] => snapshot.policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

const selectors = ({ snapshot }: AgentSnapshot): unknown[] => snapshot.policies.flatMap(({ spec }) => spec.agents ?? []);

describe('of whom a namespace is said', () => {
  test('only the policies of that namespace count, and the others are named', () => {
    const compiled = forAgent({ namespace: 'shop', labels: {} });
    expect(names(compiled)).toEqual(['shop/orders']);
    expect(compiled.omissions).toEqual([{ event: 'policy-left', sentence: 'agents/triage is of another namespace and does not apply.' }]);
  });

  test('none count where there are none', () => {
    expect(names(forAgent({ namespace: 'other' }))).toEqual([]);
  });
});

describe('of whom no namespace is said', () => {
  test('those of every namespace count, as if they were of the first one\'s', () => {
    const compiled = forAgent({ labels: {} });
    expect(names(compiled)).toEqual(['agents/shop.orders', 'agents/triage']);
    expect(compiled).toMatchObject({ namespace: 'agents', omissions: [] });
  });

  test('or of the one that is gone by', () => {
    expect(names(forAgent({ home: 'shop', labels: {} }))).toEqual(['shop/agents.triage', 'shop/orders']);
  });
});

describe('matchLabels', () => {
  test('is asked where labels are said, also if there is none', () => {
    expect(selectors(forAgent({ labels: {} }))).toEqual([{ matchLabels: { app: 'triage' } }]);
  });

  test('is not where none are said, which is told', () => {
    const compiled = forAgent({});
    expect(selectors(compiled)).toEqual([]);
    expect(compiled.omissions).toEqual([{ event: 'labels-not-consulted', sentence: 'No labels were given, so matchLabels is not consulted and every policy applies.' }]);
  });

  test('is not told of where no policy that counts has it', () => {
    expect(forAgent({ namespace: 'shop' }).omissions.map(({ event }) => event)).toEqual(['policy-left']);
  });
});
