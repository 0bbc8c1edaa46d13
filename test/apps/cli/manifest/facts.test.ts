import { describe, expect, test } from 'vitest';
import { manifestFacts } from '../../../../src/apps/cli/manifest/facts.ts';
import { parseManifests } from '../../../../src/apps/cli/manifest/read.ts';

const factsOf = (...texts: string[]) => manifestFacts(parseManifests('a.yaml', texts.join('\n---\n')), 'lab');

const POLICY = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: agents}\nspec: {podSelector: {}}';

describe('network policies', () => {
  test('are those of the namespace, as the API server would fill them in', () => {
    const facts = factsOf(POLICY, POLICY.replace('namespace: agents', 'namespace: shop'), POLICY.replace(', namespace: agents', '').replace('podSelector: {}', 'egress: [{to: [{ipBlock: {}}], ports: [{port: 443}]}]'));
    expect(facts.networkPolicies('agents')).toEqual({ known: true, value: [{ name: 'deny', podSelector: {}, policyTypes: ['Ingress'], ingress: [], egress: [] }] });
    expect(facts.networkPolicies('lab')).toEqual({ known: true, value: [{ name: 'deny', podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [{ everybody: false, ports: [{ port: 443 }] }] }] });
  });

  test.each([
    ['none is there', '{apiVersion: v1, kind: Pod}', 'No NetworkPolicy of namespace agents is in the input.'],
    ['the kind is another group\'s', POLICY.replace('networking.k8s.io', 'example.com'), 'No NetworkPolicy of namespace agents is in the input.'],
    ['one cannot be read', POLICY.replace('podSelector: {}', 'podSelector: 5'), 'NetworkPolicy deny of namespace agents cannot be read: it has not the types that the Kubernetes API gives it.'],
  ])('are not known where %s', (_, text, sentence) => {
    expect(factsOf(text).networkPolicies('agents')).toEqual({ known: false, sentence });
  });
});

describe('a runtime class', () => {
  const facts = factsOf('{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: gvisor}, handler: runsc}', '{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: odd}}');
  test.each([
    ['gvisor', { known: true, value: 'runsc' }],
    ['odd', { known: false, sentence: 'RuntimeClass odd names no handler.' }],
    ['kata', { known: false, sentence: 'RuntimeClass kata is not in the input.' }],
  ])('%s is known as far as the input has it', (name, fact) => {
    expect(facts.runtimeHandler(name)).toEqual(fact);
  });
});

const policy = (labels: string, namespace = 'agents') => `{apiVersion: sallyport.dev/v1alpha1, kind: AgentPolicy, metadata: {name: p, namespace: ${namespace}}, spec: {${labels}}}`;

test('labels that select agents are those of all policies of the namespace', () => {
  const facts = factsOf(policy('agents: {matchLabels: {app: a, team: b}}'), policy('agents: {matchLabels: {tier: c}}'), policy('agents: {matchLabels: {other: c}}', 'shop'), policy(''));
  expect(facts.selectingLabels('agents')).toEqual({ known: true, value: new Set(['app', 'team', 'tier']) });
  expect(factsOf(policy('agents: {matchLabels: {app: a}, matchExpressions: []}')).selectingLabels('agents')).toEqual({ known: true, value: new Set() });
  expect(facts.selectingLabels('nowhere')).toEqual({ known: false, sentence: 'No AgentPolicy of namespace nowhere is in the input.' });
});
