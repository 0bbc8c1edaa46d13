import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GuardContext, RunningPods } from '../../../src/core/admission/context.ts';
import { beginsToEnforce, reviewNamespace } from '../../../src/core/admission/guard.ts';
import { optInWarnings } from '../../../src/core/admission/opt-in.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import type { Fault } from '../../../src/core/checks/check.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { updateOf } from './requests.ts';

const NAMESPACE = { group: '', version: 'v1', kind: 'Namespace' };
const GUARDS: GuardContext['guards'] = { users: new Set(['guardian']), groups: new Set(['system:masters']) };
const JO = { username: 'jo', groups: ['developers'] };

type Labels = Record<string, string>;

/** As the API server sends it, with a namespace that lies in itself. */
function change(before: Labels | undefined, after: Labels | undefined, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return updateOf({ metadata: { name: 'agents', labels: before } }, { metadata: { name: 'agents', labels: after } }, { kind: NAMESPACE, name: 'agents', userInfo: JO, ...changes });
}

function told(request: AdmissionRequest, guards = GUARDS): string[] {
  const { allowed, faults } = reviewNamespace(request, { guards });
  return [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`)];
}

const ENFORCE = { 'sallyport.dev/agents': 'enforce' };
const AGENTS = 'label-guarded metadata.labels["sallyport.dev/agents"]';
const PROFILE = 'label-guarded metadata.labels["sallyport.dev/profile"]';

describe('a namespace that takes agents', () => {
  test.each<[string, Labels, Labels | undefined, string[]]>([
    ['takes none any more', ENFORCE, {}, [AGENTS]],
    ['loses all labels', ENFORCE, undefined, [AGENTS]],
    ['only warns', ENFORCE, { 'sallyport.dev/agents': 'warn' }, [AGENTS]],
    ['is misspelt, which enforces still', ENFORCE, { 'sallyport.dev/agents': 'Enforce' }, [AGENTS]],
    ['is tightened', { 'sallyport.dev/agents': 'audit' }, ENFORCE, [AGENTS]],
    ['picks a profile', ENFORCE, { ...ENFORCE, 'sallyport.dev/profile': 'contained' }, [PROFILE]],
    ['picks another profile', { ...ENFORCE, 'sallyport.dev/profile': 'isolated' }, { ...ENFORCE, 'sallyport.dev/profile': 'contained' }, [PROFILE]],
    ['drops its profile', { ...ENFORCE, 'sallyport.dev/profile': 'isolated' }, ENFORCE, [PROFILE]],
    ['drops both', { ...ENFORCE, 'sallyport.dev/profile': 'isolated' }, {}, [AGENTS, PROFILE]],
  ])('%s: only by a guard', (_, before, after, faults) => {
    expect(told(change(before, after))).toEqual(['denied', ...faults]);
    expect(told(change(before, after, { userInfo: { username: 'guardian', groups: [] } }))).toEqual(['allowed']);
    expect(told(change(before, after, { userInfo: { username: 'x', groups: ['system:masters'] } }))).toEqual(['allowed']);
    expect(told(change(before, after, { userInfo: {} }))).toEqual(['denied', ...faults]);
  });

  test.each(['status', 'finalize'])('is guarded through %s as well', (subResource) => {
    expect(told(change(ENFORCE, {}, { subResource }))).toEqual(['denied', AGENTS]);
  });

  test('changes in any other way by whoever may', () => {
    expect(told(change(ENFORCE, { ...ENFORCE, team: 'a' }))).toEqual(['allowed']);
  });

  test('names what it is now, and whom to ask', () => {
    expect(reviewNamespace(change(ENFORCE, {}), { guards: GUARDS }).message).toBe('Sallyport refused Namespace agents: 1 fault\n- [admission] metadata.labels["sallyport.dev/agents"]: the namespace takes agents, and only guards change this label (now "enforce"). Fix: ask user "guardian", group "system:masters". See docs/checks/admission.md');
    const nobody = { users: new Set<string>(), groups: new Set<string>() };
    expect(reviewNamespace(change(ENFORCE, {}), { guards: nobody }).message).toContain('name guards to the webhook (--guard-user, --guard-group)');
  });
});

describe('a namespace that takes no agents', () => {
  test('takes them, or picks a profile for later, by whoever may change it', () => {
    expect(told(change({}, ENFORCE))).toEqual(['allowed']);
    expect(told(change({ 'sallyport.dev/profile': 'a' }, { 'sallyport.dev/profile': 'b' }))).toEqual(['allowed']);
  });
});

describe('what is no namespace, or cannot be read', () => {
  test.each<[string, AdmissionRequest]>([
    ['labels that are a list', { ...change({}, {}), object: { metadata: { labels: ['a'] } } }],
    ['a label that is no text', { ...change({}, {}), object: { metadata: { labels: { a: 1 } } } }],
    ['old labels that are a list', { ...change({}, {}), oldObject: { metadata: { labels: [] } } }],
    ['no old object', { ...change({}, {}), oldObject: undefined }],
    ['no object', { ...change({}, {}), object: undefined }],
    ['a pod', updateOf({}, {})],
  ])('%s is denied', (_, request) => {
    expect(told(request)[0]).toBe('denied');
  });

  test('never throws, and lets nobody but a guard change the label', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const request = { ...change(ENFORCE, {}), object: { metadata: { name: 'agents', labels: value } } };
      const kept = typeof value === 'object' && value !== null && Object.hasOwn(value, 'sallyport.dev/agents');
      if (!kept) expect(reviewNamespace(request, { guards: GUARDS }).allowed).toBe(false);
    }), { numRuns: 200 });
  });
});

const fault = (check: string, reason: string, weight: Fault['weight'] = 'deny'): Fault => ({ check, reason, field: 'spec', message: 'm', fix: 'f', link: 'l', weight });
const pods = (count: number, faults: readonly Fault[], from = 0): RunningPods['judged'] => Array.from({ length: count }, (_, index) => ({ name: `p${from + index}`, faults }));

describe('when a namespace begins to enforce', () => {
  test.each<[string, Labels, Labels, boolean]>([
    ['it took no agents', {}, ENFORCE, true],
    ['it warned', { 'sallyport.dev/agents': 'warn' }, ENFORCE, true],
    ['a typo enforces', {}, { 'sallyport.dev/agents': 'enfroce' }, true],
    ['its profile is another', ENFORCE, { ...ENFORCE, 'sallyport.dev/profile': 'contained' }, true],
    ['it enforced before', ENFORCE, { ...ENFORCE, team: 'a' }, false],
    ['it warns', {}, { 'sallyport.dev/agents': 'warn' }, false],
    ['it takes none', ENFORCE, {}, false],
  ])('what runs in it is looked at where %s: %#', (_, before, after, looked) => {
    expect(beginsToEnforce(change(before, after)) !== undefined).toBe(looked);
  });


  test('the warnings say how many and why, the commonest reason first', () => {
    const judged = [...pods(2, []), ...pods(5, [fault('sidecar-intact', 'sidecar-missing'), fault('sidecar-intact', 'sidecar-missing')], 2), ...pods(1, [fault('privileged', 'privileged'), fault('sidecar-intact', 'sidecar-missing')], 7)];
    expect(optInWarnings(known({ judged, unjudged: 0 }))).toEqual([
      '6 of 8 running pods would be refused, and run on until they are replaced',
      '[sidecar-intact] sidecar-missing: p2, p3, p4 and 3 more',
      '[privileged] privileged: p7',
    ]);
  });

  test('a namespace in which nothing would be refused is not talked about', () => {
    expect(optInWarnings(known({ judged: pods(3, [fault('image-source', 'image-tag', 'warn')]), unjudged: 0 }))).toEqual([]);
  });

  test('what could not be looked at is said', () => {
    expect(optInWarnings(known({ judged: pods(1, []), unjudged: 7 }))).toEqual(['7 or more running pods were not looked at, for want of time']);
    expect(optInWarnings(unknown('The API server did not answer.'))).toEqual(['the running pods were not looked at: The API server did not answer.']);
  });

  test('they stay short, whatever pods are called', () => {
    const judged = Array.from({ length: 3_000 }, (_, index) => ({ name: 'x'.repeat(253), faults: [fault('c'.repeat(60), `reason-${index}`)] }));
    const lines = optInWarnings(known({ judged, unjudged: 1 }));
    expect(lines).toHaveLength(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines.join('').length).toBeLessThan(4_096);
  });

  test('they are warnings of the answer, which passes', () => {
    const running = known({ judged: pods(1, [fault('privileged', 'privileged')]), unjudged: 0 });
    expect(reviewNamespace(change({}, ENFORCE), { guards: GUARDS, running })).toMatchObject({ allowed: true, warnings: ['1 of 1 running pods would be refused, and run on until they are replaced', '[privileged] privileged: p0'] });
  });
});
