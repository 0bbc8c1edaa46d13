import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admissionResponse } from '../../../src/core/admission/answer.ts';
import { reviewOwnObject } from '../../../src/core/admission/own-kinds.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { resourceOfKind } from '../../../src/core/admission/resources.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const API_VERSION = 'sallyport.dev/v1alpha1';

/** As the API server sends it: with what it adds to the metadata. */
function policy(spec: unknown, metadata: object = {}): object {
  return { apiVersion: API_VERSION, kind: 'AgentPolicy', metadata: { name: 'triage', namespace: 'agents', uid: 'u2', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', managedFields: [], ...metadata }, spec };
}

const profile = (spec?: unknown): object => ({ apiVersion: API_VERSION, kind: 'SandboxProfile', metadata: { name: 'lab' }, ...(spec !== undefined && { spec }) });
const good = policy({ tools: [{ name: 'items', http: { hosts: ['items.example.com'] }, access: 'read-only' }] });
const bad = policy({ tolls: [], tools: [{ name: 'items', http: { hosts: ['*.com'] }, when: 'noon' }] });

function requestOf(object: unknown, changes: Partial<AdmissionRequest> = {}, kind = 'AgentPolicy'): AdmissionRequest {
  const own = { group: 'sallyport.dev', version: 'v1alpha1', kind };
  return { uid: 'u1', kind: own, resource: resourceOfKind(own), name: 'triage', operation: 'CREATE', object, ...(kind === 'AgentPolicy' && { namespace: 'agents' }), ...changes };
}

const told = (request: AdmissionRequest): string[] => {
  const { allowed, faults } = reviewOwnObject(request, NOW);
  return [allowed ? 'allowed' : 'denied', ...faults.map(({ field }) => field)];
};

const toldOfProfile = (spec?: unknown): string[] => told(requestOf(profile(spec), {}, 'SandboxProfile'));

describe('a policy', () => {
  test.each<[string, AdmissionRequest, string[]]>([
    ['that can be put in force passes', requestOf(good), ['allowed']],
    ['that cannot is denied, with all that is wrong', requestOf(bad), ['denied', 'spec.tolls', 'spec.tools[0].http.hosts[0]', 'spec.tools[0].when']],
    ['that cannot is denied to an update as well', requestOf(bad, { operation: 'UPDATE', oldObject: good }), ['denied', 'spec.tolls', 'spec.tools[0].http.hosts[0]', 'spec.tools[0].when']],
    ['that stood there broken may lose its finalizers', requestOf(bad, { operation: 'UPDATE', oldObject: { ...bad, metadata: { name: 'triage', finalizers: ['example.com/a'] } } }), ['allowed']],
    ['that stood there broken may be mended', requestOf(good, { operation: 'UPDATE', oldObject: bad }), ['allowed']],
    ['may always be deleted', requestOf(undefined, { operation: 'DELETE', oldObject: bad }), ['allowed']],
    ['that is another kind than was asked about is denied', requestOf(profile({})), ['denied', 'kind']],
    ['that is nothing is denied', requestOf(undefined), ['denied', 'kind']],
  ])('%s', (_sentence, request, expected) => {
    const [verdict, ...fields] = told(request);
    expect([verdict, ...fields.sort()]).toEqual(expected);
  });

  test('is refused with path, what was expected and what comes nearest, for people and in the causes', () => {
    const answer = reviewOwnObject(requestOf(bad), NOW);
    expect(answer.message?.split('\n')).toEqual([
      'Sallyport refused AgentPolicy triage in namespace agents: 3 faults',
      expect.stringMatching(/^- \[policy\] spec\./),
      expect.stringMatching(/^- \[policy\] spec\./),
      expect.stringMatching(/^- \[policy\] spec\./),
    ]);
    expect(answer.message).toContain('did you mean tools?');
    expect(admissionResponse(answer)).toMatchObject({ response: { allowed: false, status: { code: 403, details: { kind: 'AgentPolicy', name: 'triage', causes: expect.arrayContaining([expect.objectContaining({ reason: 'policy-unreadable', field: 'spec.tools[0].http.hosts[0]' })]) } } } });
  });
});

describe('a profile', () => {
  test('that leaves everything out passes, and one with a mistake does not', () => {
    expect(toldOfProfile()).toEqual(['allowed']);
    expect(toldOfProfile({ maxLifetimeSeconds: 60 })).toEqual(['allowed']);
    expect(toldOfProfile({ maxLifetimeSeconds: 0, warnOnly: ['privileged'] }).sort()).toEqual(['denied', 'spec.maxLifetimeSeconds', 'spec.warnOnly[0]']);
  });
});

const toldOfExemption = (object: object, changes: Partial<AdmissionRequest> = {}): string[] => {
  const { allowed, faults } = reviewOwnObject(requestOf(object, changes, 'Exemption'), NOW);
  return [allowed ? 'allowed' : 'denied', ...faults.map(({ field, message }) => `${field}: ${message}`)];
};

describe('an exemption', () => {
  const spec = { subject: { namespace: 'agents', pod: 'triage' }, checks: ['seccomp'], reason: 'a crash', requestedBy: 'ada@example.com', expires: '2026-01-31T00:00:00Z' };
  const written = (changes: object = {}, metadata: object = {}): object => ({ apiVersion: API_VERSION, kind: 'Exemption', metadata: { name: 'x', namespace: 'sallyport-system', creationTimestamp: '2026-01-10T00:00:00Z', ...metadata }, spec: { ...spec, ...changes } });
  test.each<[string, object, string[]]>([
    ['of a pod passes', written(), ['allowed']],
    ['of a workload passes', written({ subject: { namespace: 'agents', workload: { kind: 'Deployment', name: 'triage' } } }), ['allowed']],
    ['that lasts 30 days to the second passes', written({ expires: '2026-02-09T00:00:00Z' }), ['allowed']],
    ['that lasts a second longer is denied', written({ expires: '2026-02-09T00:00:01Z' }), ['denied', 'spec.expires: 2026-02-09T00:00:01Z is more than 30 days after the exemption was created']],
    ['that is over is denied', written({ expires: '2026-01-10T00:00:00Z' }), ['denied', 'spec.expires: 2026-01-10T00:00:00Z is over']],
    ['is denied in any other namespace', written({}, { namespace: 'agents' }), ['denied', 'metadata.namespace: is "agents"']],
    ['from sidecar-intact is denied', written({ checks: ['sidecar-intact'] }), ['denied', 'spec.checks[0]: check sidecar-intact cannot be exempted: without the sidecar nothing is enforced and nothing recorded']],
    ['from a check that is none is denied', written({ checks: ['secomp'] }), ['denied', 'spec.checks[0]: there is no check "secomp"']],
    ['from every check is denied', written({ checks: ['*'] }), ['denied', 'spec.checks[0]: there is no check "*"']],
    ['of every pod is denied', written({ subject: { namespace: 'agents', pod: '*' } }), ['denied', 'spec.subject.pod: is "*"']],
    ['of pods of a prefix is denied', written({ subject: { namespace: 'agents', pod: 'triage-*' } }), ['denied', 'spec.subject.pod: is "triage-*"']],
    ['of every namespace is denied', written({ subject: { namespace: '*', pod: 'triage' } }), ['denied', 'spec.subject.namespace: is "*"']],
    ['of a namespace as a whole is denied', written({ subject: { namespace: 'agents' } }), ['denied', 'spec.subject: names neither a pod nor a workload']],
    ['of a pod and a workload is denied, since nobody can tell what is meant', written({ subject: { namespace: 'agents', pod: 'a', workload: { kind: 'Job', name: 'a' } } }), ['denied', 'spec.subject: names a pod and a workload']],
    ['of a kind whose pods somebody else makes is denied', written({ subject: { namespace: 'agents', workload: { kind: 'Sandbox', name: 'a' } } }), ['denied', 'spec.subject.workload.kind: is "Sandbox"']],
    ['for exec that names no person is denied', written({ checks: ['exec'] }), ['denied', 'spec.subject: names no user']],
    ['for exec into all pods of a workload is denied', written({ checks: ['exec'], subject: { namespace: 'agents', workload: { kind: 'Job', name: 'a' }, user: 'ada' } }), ['denied', 'spec.subject: names no pod']],
    ['without a reason is denied', written({ reason: '' }), ['denied', 'spec.reason: is ""']],
    ['of no check is denied', written({ checks: [] }), ['denied', 'spec.checks: is a list of 0']],
    ['that ends on no day of the calendar is denied', written({ expires: '2026-02-31T00:00:00Z' }), ['denied', 'spec.expires: is "2026-02-31T00:00:00Z"']],
    ['that ends by another clock is denied', written({ expires: '2026-01-31T00:00:00+05:00' }), ['denied', 'spec.expires: is "2026-01-31T00:00:00+05:00"']],
    ['with a key that nobody knows is denied', written({ namespaces: ['a'] }), ['denied', 'spec.namespaces: unknown key "namespaces", which this version cannot enforce']],
  ])('%s', (_sentence, object, expected) => {
    expect(toldOfExemption(object)).toEqual(expected);
  });

  test('is not made to last longer by an update: what counts is when it was created', () => {
    const old = written({}, { creationTimestamp: '2025-12-20T00:00:00Z' });
    expect(toldOfExemption(written({ expires: '2026-01-25T00:00:00Z' }, { creationTimestamp: '2025-12-20T00:00:00Z' }), { operation: 'UPDATE', oldObject: old })).toEqual([
      'denied',
      'spec.expires: 2026-01-25T00:00:00Z is more than 30 days after the exemption was created',
    ]);
  });

  test('may always be taken back, and lose its finalizers when it is over', () => {
    const over = written({ expires: '2026-01-01T00:00:00Z' });
    expect(toldOfExemption(over, { operation: 'DELETE', object: undefined, oldObject: over })).toEqual(['allowed']);
    expect(toldOfExemption(over, { operation: 'UPDATE', oldObject: over })).toEqual(['allowed']);
  });
});

test('whatever the object, the answer is whole, and only what could be put in force passes', () => {
  fc.assert(fc.property(fc.jsonValue(), (spec) => {
    const answer = reviewOwnObject(requestOf(policy(spec)), NOW);
    expect(answer.allowed).toBe(answer.faults.length === 0);
    expect(answer.message ?? '').toMatch(answer.allowed ? /^$/ : /^Sallyport refused/);
  }), { numRuns: 200 });
});
