import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exempt, type ExemptionSubject, isInForce } from '../../../src/core/admission/exemptions.ts';
import type { Fault } from '../../../src/core/checks/check.ts';
import type { Exemption } from '../../../src/core/policy/exemption.ts';
import { EXEMPTABLE_CHECKS } from '../../../src/core/policy/exemptable-checks.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const DEPLOYMENT = { kind: 'Deployment', name: 'triage' } as const;
const SUBJECT: ExemptionSubject = { namespace: 'agents', pod: 'triage-1', workloads: [{ kind: 'ReplicaSet', name: 'triage-5d9' }, DEPLOYMENT], user: 'ada' };

type Spec = Exemption['spec'];

function exemption(subject: Partial<Spec['subject']> = { pod: 'triage-1' }, spec: Partial<Spec> = {}, metadata: Partial<Exemption['metadata']> = {}): Exemption {
  return {
    apiVersion: 'sallyport.dev/v1alpha1',
    kind: 'Exemption',
    metadata: { name: 'x', namespace: 'sallyport-system', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { subject: { namespace: 'agents', ...subject }, checks: ['seccomp'], reason: 'a crash', requestedBy: 'ada', expires: '2026-01-20T00:00:00Z', ...spec },
  };
}

function fault(check: string, weight: Fault['weight'] = 'deny'): Fault {
  return { check, reason: `${check}-missing`, field: 'spec', message: 'm', fix: 'f', link: 'l', weight };
}

const isExempt = (one: Exemption, subject = SUBJECT, check = 'seccomp', now = NOW): boolean => exempt([fault(check)], subject, [one], now).used.length === 1;

describe('an exemption lets a fault pass', () => {
  test.each<[string, Exemption]>([
    ['of the pod that it names', exemption()],
    ['of a pod of the workload that it names', exemption({ workload: DEPLOYMENT })],
    ['of the nearest owner as of the one above', exemption({ workload: { kind: 'ReplicaSet', name: 'triage-5d9' } })],
    ['that the person whom it names asks for', exemption({ pod: 'triage-1', user: 'ada' })],
  ])('%s', (_, one) => {
    expect(exempt([fault('seccomp'), fault('app-armor')], SUBJECT, [one], NOW)).toEqual({ faults: [fault('app-armor')], used: [{ exemption: 'x', fault: fault('seccomp') }] });
  });
});

describe('an exemption has no effect', () => {
  test.each<[string, Exemption, ({ readonly [K in keyof ExemptionSubject]?: ExemptionSubject[K] | undefined } | undefined)?, string?]>([
    ['in another namespace', exemption({ namespace: 'other', pod: 'triage-1' })],
    ['on a pod whose name begins alike', exemption({ pod: 'triage' })],
    ['on a pod that has no name yet', exemption(), { pod: undefined }],
    ['on a pod whose owner is not proven', exemption({ workload: DEPLOYMENT }), { workloads: [] }],
    ['on a workload of another kind', exemption({ workload: { kind: 'StatefulSet', name: 'triage' } })],
    ['on what another person asks for', exemption({ pod: 'triage-1', user: 'bob' })],
    ['on what nobody knows who asks for', exemption({ pod: 'triage-1', user: 'ada' }), { user: undefined }],
    ['where it names neither pod nor workload, however that came to be', exemption({})],
    ['on another check', exemption({}, { checks: ['app-armor'] })],
    ['on sidecar-intact, however that came to be named', exemption({ pod: 'triage-1' }, { checks: ['sidecar-intact'] }), undefined, 'sidecar-intact'],
    ['on what the review itself finds, however that came to be named', exemption({ pod: 'triage-1' }, { checks: ['admission'] }), undefined, 'admission'],
    ['on what a person does, where it names no person', exemption({ pod: 'triage-1' }, { checks: ['exec'] }), undefined, 'exec'],
    ['on what a person does, where it names no one pod', exemption({ workload: DEPLOYMENT, user: 'ada' }, { checks: ['exec'] }), undefined, 'exec'],
    ['on its last moment', exemption({ pod: 'triage-1' }, { expires: '2026-01-10T00:00:00Z' })],
    ['where it was made for longer than 30 days', exemption({ pod: 'triage-1' }, { expires: '2026-01-31T00:00:01Z' })],
    ['where nobody knows when it was made', exemption({ pod: 'triage-1' }, {}, { creationTimestamp: 'never' })],
  ])('%s', (_, one, subject = {}, check = 'seccomp') => {
    const whose = Object.fromEntries(Object.entries({ ...SUBJECT, ...subject }).filter(([, value]) => value !== undefined)) as unknown as ExemptionSubject;
    expect(exempt([fault(check)], whose, [one], NOW)).toEqual({ faults: [fault(check)], used: [] });
  });

  test('on a fault that denies nothing, so that no use is told where none was made', () => {
    const faults = [fault('seccomp', 'warn'), fault('seccomp', 'audit')];
    expect(exempt(faults, SUBJECT, [exemption()], NOW)).toEqual({ faults, used: [] });
  });
});

test('what one exemption says of the person and another of the check never adds up', () => {
  const ofTheCheck = exemption({ pod: 'triage-1', user: 'bob' }, { checks: ['seccomp'] });
  const ofThePerson = exemption({ pod: 'triage-1', user: 'ada' }, { checks: ['app-armor'] });
  expect(exempt([fault('seccomp')], SUBJECT, [ofTheCheck, ofThePerson], NOW).used).toEqual([]);
});

test('a pod with two faults needs an exemption from each', () => {
  const faults = [fault('seccomp'), fault('app-armor')];
  const others = exemption({ pod: 'triage-1' }, { checks: ['app-armor'] }, { name: 'y' });
  expect(exempt(faults, SUBJECT, [exemption(), others], NOW)).toEqual({ faults: [], used: [{ exemption: 'x', fault: faults[0] }, { exemption: 'y', fault: faults[1] }] });
});

test('an exemption that no API server has taken yet is judged as if it were created now', () => {
  const { creationTimestamp: _, ...metadata } = exemption().metadata;
  const manifest = { ...exemption(), metadata };
  expect(isInForce(manifest, NOW)).toBe(true);
  expect(isInForce(manifest, Date.parse('2025-12-01T00:00:00Z'))).toBe(false);
});

test('an exemption is in force from its creation for at most 30 days', () => {
  expect(isInForce(exemption({}, { expires: '2026-01-31T00:00:00Z' }), Date.parse('2026-01-30T23:59:59Z'))).toBe(true);
  expect(isInForce(exemption({}, { expires: '2026-01-31T00:00:00Z' }), Date.parse('2026-01-31T00:00:00Z'))).toBe(false);
});

test('whoever changes one member of a fitting exemption to something else makes it fit no longer', () => {
  const fitting = exemption({ pod: 'triage-1', user: 'ada' });
  const { subject } = fitting.spec;
  const other = fc.string().filter((text) => !['triage-1', 'ada', 'agents', 'seccomp'].includes(text));
  fc.assert(fc.property(fc.constantFrom('namespace', 'pod', 'user', 'check'), other, (member, text) => {
    const changed = member === 'check' ? { checks: [text] } : { subject: { ...subject, [member]: text } };
    expect(isExempt({ ...fitting, spec: { ...fitting.spec, ...changed } })).toBe(false);
  }));
  expect(isExempt(fitting)).toBe(true);
});

test('every check can be exempted but the proof of the sidecar', () => {
  expect(EXEMPTABLE_CHECKS).not.toContain('sidecar-intact');
  expect(EXEMPTABLE_CHECKS).toEqual(expect.arrayContaining(['seccomp', 'privileged', 'ephemeral-containers', 'exec']));
});
