import { describe, expect, test } from 'vitest';
import { admissionResponse, answerFor, pass } from '../../../src/core/admission/answer.ts';
import { review } from '../../../src/core/admission/review.ts';
import type { Fault } from '../../../src/core/checks/check.ts';
import { podSecuredBy } from '../checks/pods.ts';
import { contextOf, creationOf, derive } from './requests.ts';

const privileged = derive(podSecuredBy({ privileged: true }));

function many(count: number, length = 10): Fault[] {
  return Array.from({ length: count }, (_, index) => ({ check: 'privileged', reason: 'privileged', field: `spec.containers[${index}]`, message: 'x'.repeat(length), fix: 'remove it', link: 'docs/checks/privileged.md', weight: 'deny' }));
}

describe('the answer to the API server', () => {
  test('of a refusal is a Status that kubectl and controllers show', () => {
    const message = [
      'Sallyport refused Pod triage in namespace agents: 1 fault against profile contained',
      '- [privileged] spec.containers[0].securityContext.privileged: container "app" is privileged, which undoes every other constraint. Fix: remove privileged or set it to false. See docs/checks/privileged.md',
    ].join('\n');
    expect(admissionResponse(review(creationOf(privileged), contextOf()))).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'u1',
        allowed: false,
        status: {
          status: 'Failure',
          code: 403,
          reason: 'Forbidden',
          message,
          details: {
            kind: 'Pod',
            name: 'triage',
            causes: [{
              reason: 'privileged',
              field: 'spec.containers[0].securityContext.privileged',
              message: 'container "app" is privileged, which undoes every other constraint. Fix: remove privileged or set it to false. See docs/checks/privileged.md',
            }],
          },
        },
        auditAnnotations: { mode: 'enforce', decision: 'denied', profile: 'contained', checks: 'privileged', faults: 'privileged spec.containers[0].securityContext.privileged' },
      },
    });
  });

  test('of a pass says nothing but that', () => {
    expect(admissionResponse(pass(creationOf({}), 'enforce'))).toEqual({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: 'u1', allowed: true } });
  });

  test('carries a patch in base64', () => {
    const operation = { op: 'add' as const, path: '/spec/volumes', value: [] };
    expect(admissionResponse(pass(creationOf({}), 'enforce', [operation]))).toMatchObject({ response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify([operation])).toString('base64') } });
  });

  test('is bounded, however many faults a hostile pod has', () => {
    const denied = answerFor(creationOf({}), 'enforce', many(5_000, 5_000), 'by-mode', { profile: 'contained' });
    expect(denied.message?.length).toBeLessThan(8_300);
    expect(denied.message).toMatch(/\n- and \d+ more$/);
    expect(denied.auditAnnotations['faults']?.length).toBe(2_000);
    expect(JSON.stringify(admissionResponse(denied)).length).toBeLessThan(50_000);
    const warned = answerFor(creationOf({}), 'warn', many(5_000, 5_000), 'by-mode');
    expect(warned.warnings).toHaveLength(26);
    expect(warned.warnings.at(-1)).toBe('and 4975 more faults');
    expect(Math.max(...warned.warnings.map((text) => text.length))).toBe(120);
    expect(warned.warnings.join('').length).toBeLessThan(4_096);
  });
});

describe('what the profile makes of a fault', () => {
  const [fault] = many(1);
  const weighing = (...weights: Fault['weight'][]) =>
    answerFor(creationOf({}), 'enforce', weights.flatMap((weight) => (fault === undefined ? [] : [{ ...fault, check: weight, weight }])), 'by-mode');

  test('for the audit log alone is there, and in no warning', () => {
    expect(weighing('audit')).toMatchObject({ allowed: true, warnings: [], auditAnnotations: { decision: 'allowed', checks: 'audit' } });
    expect(weighing('audit', 'warn')).toMatchObject({ allowed: true, warnings: [expect.stringContaining('[warn]')], auditAnnotations: { checks: 'audit,warn' } });
  });

  test('for the audit log alone is no cause of a refusal either', () => {
    const denied = weighing('audit', 'deny');
    expect(denied).toMatchObject({ allowed: false, warnings: [], auditAnnotations: { decision: 'denied', checks: 'audit,deny' } });
    expect(denied.message).toContain(': 1 fault\n');
    expect(denied.message).not.toContain('[audit]');
    expect(admissionResponse(denied)).toMatchObject({ response: { status: { details: { causes: [{ reason: 'privileged' }] } } } });
  });
});
