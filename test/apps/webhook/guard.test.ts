import { describe, expect, test } from 'vitest';
import { guardGate } from '../../../src/apps/webhook/guard.ts';
import type { Facts } from '../../../src/apps/webhook/ports.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { type Fact, known, unknown } from '../../../src/core/terms/fact.ts';
import { updateOf } from '../../core/admission/requests.ts';
import { FACTS, goodPod, SETTINGS } from '../../core/checks/pods.ts';
import { NO_OBJECTS } from './no-objects.ts';

const NEVER = new AbortController().signal;
const GUARDS = { users: new Set<string>(), groups: new Set(['system:masters']) };
const { namespace: _, ...OPT_IN } = updateOf({ metadata: { name: 'agents', labels: {} } }, { metadata: { name: 'agents', labels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } }, { kind: { group: '', version: 'v1', kind: 'Namespace' }, name: 'agents' });

const named = (name: string, pod: Pod = goodPod(), status: object = { phase: 'Running' }): Pod => ({ ...pod, metadata: { name, namespace: 'agents', labels: { app: 'triage' } }, status }) as Pod;
const bound = (pod: Pod): Pod => ({ ...pod, spec: { ...pod.spec, nodeName: 'n1' } });

function factsWith(pages: readonly Fact<readonly (Pod | undefined)[]>[], asked: string[] = []): Facts {
  return {
    ...NO_OBJECTS,
    namespaceLabels: () => Promise.reject(new Error('the labels are in the request')),
    agentNamespaces: () => [],
    profile: (name) => known(BUILT_IN_PROFILES[name as keyof typeof BUILT_IN_PROFILES]),
    injection: () => known(SETTINGS),
    objects: FACTS,
    missing: () => [],
    async *podsOf(namespace) {
      asked.push(namespace);
      yield* pages;
    },
  };
}

const warningsOf = async (facts: Facts, request = OPT_IN, clock = (): number => 0) => (await guardGate(GUARDS, clock)(request, facts, NEVER)).warnings;

describe('whoever makes a namespace enforce', () => {
  test('is told of what runs there without a sidecar, and nothing of what is proven or has ended', async () => {
    const pages = [known([named('a'), bound(named('b', inject(named('b'), SETTINGS)))]), known([named('c', goodPod(), { phase: 'Succeeded' }), named('d', goodPod(), { phase: 'Failed' }), bound(named('e'))])];
    expect(await warningsOf(factsWith(pages))).toEqual(['2 of 3 running pods would be refused, and run on until they are replaced', '[sidecar-intact] sidecar-missing: a, e']);
  });

  test('is told how many pods cannot be read, and of all others what there is to tell', async () => {
    expect(await warningsOf(factsWith([known([undefined, named('a')]), known([named('b'), undefined])]))).toEqual([
      '2 of 2 running pods would be refused, and run on until they are replaced', '[sidecar-intact] sidecar-missing: a, b', '2 pods cannot be read, as too large or malformed, and count as unproven',
    ]);
  });

  test('waits a second at most', async () => {
    let time = 0;
    const clock = () => (time += 300);
    const pages = Array.from({ length: 10 }, (_page, index) => known([named(`p${index}`)]));
    const warnings = await warningsOf(factsWith(pages), OPT_IN, clock);
    expect(warnings[0]).toBe('3 of 3 running pods would be refused, and run on until they are replaced');
    expect(warnings.at(-1)).toBe('1 or more running pods were not looked at, for want of time');
  });

  test('has 3,000 pods looked at, and no more', async () => {
    const page = known(Array.from({ length: 3_200 }, (_pod, index) => named(`p${index}`)));
    const warnings = await warningsOf(factsWith([page]));
    expect(warnings[0]).toBe('3000 of 3000 running pods would be refused, and run on until they are replaced');
    expect(warnings.at(-1)).toBe('200 or more running pods were not looked at, for want of time');
  });

  test('is told where the API server does not say what runs there', async () => {
    expect(await warningsOf(factsWith([unknown('The pods are not known.')]))).toEqual(['the running pods were not looked at: The pods are not known.']);
    expect((await warningsOf(factsWith([known([named('a')]), unknown('gone')]))).at(-1)).toBe('1 or more running pods were not looked at, for want of time');
  });
});

test('nobody looks at pods for any other change of a namespace', async () => {
  const asked: string[] = [];
  const labels = { 'sallyport.dev/agents': 'enforce' };
  const request = { ...OPT_IN, object: { metadata: { labels: { ...labels, a: 'b' } } }, oldObject: { metadata: { labels } } };
  expect(await warningsOf(factsWith([], asked), request)).toEqual([]);
  await warningsOf(factsWith([], asked));
  expect(asked).toEqual(['agents']);
});
