import { describe, expect, test } from 'vitest';
import type { AdmissionAnswer } from '../../../src/core/admission/answer.ts';
import type { ReviewContext } from '../../../src/core/admission/context.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Exemption } from '../../../src/core/policy/exemption.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';
import { CONTAINED, goodContainer, goodPod } from '../checks/pods.ts';
import { contextOf, creationOf, derive } from './requests.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const live = derive(goodPod({ initContainers: [goodContainer('setup')] }));
const several = derive(goodPod({ containers: [goodContainer('app'), goodContainer('helper')] }));

const OPTIONS = { exec: 'PodExecOptions', attach: 'PodAttachOptions', portforward: 'PodPortForwardOptions', proxy: 'PodProxyOptions' } as const;

function into(subResource: keyof typeof OPTIONS, options: object = {}, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const kind = { group: '', version: 'v1', kind: OPTIONS[subResource] };
  return creationOf({ apiVersion: 'v1', kind: kind.kind, ...options }, { kind, resource: { group: '', version: 'v1', resource: 'pods' }, subResource, operation: 'CONNECT', userInfo: { username: 'jo', groups: [] }, ...changes });
}

function where(exec: 'deny' | 'hold' | 'allow', changes: Partial<ReviewContext> = {}, mode = 'enforce'): ReviewContext {
  return contextOf(mode, { profile: { ...CONTAINED, spec: { ...CONTAINED.spec, exec } }, livePod: known(live), ...changes });
}

function exemption(subject: Partial<Exemption['spec']['subject']>, spec: Partial<Exemption['spec']> = {}): Exemption {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name: 'jo-may', namespace: 'sallyport-system', creationTimestamp: '2026-01-09T00:00:00Z' },
    spec: { subject: { namespace: 'agents', pod: 'triage', user: 'jo', ...subject }, checks: ['exec'], reason: 'a leak is looked into', requestedBy: 'jo', expires: '2026-01-11T00:00:00Z', ...spec },
  };
}

const told = ({ allowed, faults }: AdmissionAnswer): string[] => [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`.trim())];

describe('exec and attach', () => {
  test.each(['exec', 'attach'] as const)('%s is refused where the profile denies it, Exemption or not', (subResource) => {
    const answer = review(into(subResource), where('deny', { exemptions: [exemption({})], now: NOW }));
    expect(told(answer)).toEqual(['denied', 'exec-denied']);
    expect(answer.message).toContain(`Sallyport refused ${subResource === 'exec' ? 'exec into' : 'attach to'} Pod triage in namespace agents: 1 fault against profile contained`);
  });

  test.each(['exec', 'attach'] as const)('%s into an agent\'s container passes where the profile allows it', (subResource) => {
    for (const options of [{}, { container: '' }, { container: 'app' }, { container: 'setup' }]) expect(told(review(into(subResource, options), where('allow')))).toEqual(['allowed']);
  });

  test.each(['sallyport-capture', 'sallyport-proxy', 'sallyport-canary'])('nobody enters %s, whatever the profile and the Exemptions say', (container) => {
    for (const exec of ['allow', 'hold', 'deny'] as const) {
      expect(told(review(into('exec', { container }), where(exec, { exemptions: [exemption({})], now: NOW })))).toEqual(['denied', 'sidecar-entered container']);
    }
  });

  test('a container of that name in a pod that was never injected is the sidecar\'s too', () => {
    const forged = goodPod({ containers: [goodContainer('sallyport-proxy')] });
    expect(told(review(into('exec'), where('allow', { livePod: known(forged) })))).toEqual(['denied', 'sidecar-entered container']);
  });

  test.each<[string, object, string]>([
    ['a container that is not there', { container: 'other' }, 'container-unknown container'],
    ['a container that is no text', { container: { name: 'app' } }, 'container-unknown container'],
  ])('%s is refused', (_, options, reason) => {
    expect(told(review(into('exec', options), where('allow')))).toEqual(['denied', reason]);
  });

  test('without its options is refused', () => {
    expect(told(review(into('exec', {}, { object: undefined }), where('allow')))).toEqual(['denied', 'malformed']);
  });

  test('of several containers one has to be named, as the API server has it', () => {
    const answer = review(into('exec'), where('allow', { livePod: known(several) }));
    expect(told(answer)).toEqual(['denied', 'container-unnamed container']);
    expect(answer.message).toContain('name one of "app", "helper"');
  });

  test.each<[string, Partial<ReviewContext>]>([
    ['cannot be had', { livePod: unknown('The API server did not answer.') }],
    ['was not looked up', {}],
    ['is not there', { livePod: known(undefined) }],
  ])('are refused where the live pod %s', (_, changes) => {
    const { livePod: __, ...context } = where('allow');
    expect(told(review(into('exec'), { ...context, ...changes }))).toEqual(['denied', 'pod-unknown']);
  });

  test('are refused where the profile is not there', () => {
    const { profile: _, ...context } = where('allow');
    expect(told(review(into('exec'), context))).toEqual(['denied', 'profile-missing']);
  });

  test.each(['warn', 'audit'])('are let pass where the namespace only wants to %s', (mode) => {
    expect(told(review(into('exec'), where('deny', {}, mode)))).toEqual(['allowed', 'exec-denied']);
  });
});

describe('an exec that is held', () => {
  test('passes for the person and the pod that an Exemption in force names, and the audit log has both', () => {
    const answer = review(into('exec'), where('hold', { exemptions: [exemption({})], now: NOW }));
    expect(told(answer)).toEqual(['allowed']);
    expect(answer.exempted).toMatchObject([{ exemption: 'jo-may', fault: { check: 'exec', reason: 'exec-held' } }]);
    expect(answer.auditAnnotations).toMatchObject({ decision: 'allowed', exemptions: 'jo-may from exec: exec-held ' });
  });

  test.each<[string, Exemption, Partial<AdmissionRequest>]>([
    ['another person', exemption({ user: 'mo' }), {}],
    ['another pod', exemption({ pod: 'other' }), {}],
    ['another namespace', exemption({ namespace: 'other' }), {}],
    ['another check', exemption({}, { checks: ['ephemeral-containers'] }), {}],
    ['a time that is over', exemption({}, { expires: '2026-01-09T12:00:00Z' }), {}],
    ['nobody', exemption({}), { userInfo: { groups: [] } }],
  ])('is refused with an Exemption for %s', (_, one, changes) => {
    expect(told(review(into('exec', {}, changes), where('hold', { exemptions: [one], now: NOW })))).toEqual(['denied', 'exec-held']);
  });

  test('is refused where nobody knows what time it is', () => {
    expect(told(review(into('exec'), where('hold', { exemptions: [exemption({})] })))).toEqual(['denied', 'exec-held']);
  });
});

describe('ports', () => {
  test.each(['portforward', 'proxy'] as const)('%s is refused by every profile', (subResource) => {
    for (const exec of ['allow', 'hold', 'deny'] as const) {
      expect(told(review(into(subResource, { ports: [8080] }), where(exec, { exemptions: [exemption({})], now: NOW })))).toEqual(['denied', 'ports-stay-closed']);
    }
  });

  test('nor does a proxy to a service lead to one', () => {
    const kind = { group: '', version: 'v1', kind: 'ServiceProxyOptions' };
    const answer = review(into('proxy', {}, { kind, resource: { group: '', version: 'v1', resource: 'services' }, name: 'tools' }), where('allow'));
    expect(told(answer)).toEqual(['denied', 'ports-stay-closed']);
    expect(answer.message).toContain('Sallyport refused proxy to Service tools in namespace agents');
  });
});
