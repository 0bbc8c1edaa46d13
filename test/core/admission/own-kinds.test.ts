import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admissionResponse } from '../../../src/core/admission/answer.ts';
import { reviewOwnObject } from '../../../src/core/admission/own-kinds.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { resourceOfKind } from '../../../src/core/admission/resources.ts';

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
  const { allowed, faults } = reviewOwnObject(request);
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
    const answer = reviewOwnObject(requestOf(bad));
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

test('whatever the object, the answer is whole, and only what could be put in force passes', () => {
  fc.assert(fc.property(fc.jsonValue(), (spec) => {
    const answer = reviewOwnObject(requestOf(policy(spec)));
    expect(answer.allowed).toBe(answer.faults.length === 0);
    expect(answer.message ?? '').toMatch(answer.allowed ? /^$/ : /^Sallyport refused/);
  }), { numRuns: 200 });
});
