import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/core/checks/check.ts';
import { CHECKS } from '../../../src/core/checks/index.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { readPod } from '../../../src/core/checks/read-pod.ts';
import { viewPod } from '../../../src/core/checks/view.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { knownPodFields } from '../../vectors/pod-fields.ts';
import { TREATMENTS } from './field-treatments.ts';
import { FACTS } from './pods.ts';
import { recorded } from './recorded-reads.ts';

// A field at which nobody looked was the way around more than one gate (CVE-2024-3177). Here every field of a pod stands with what is
// made of it, and a check that is said to look at one is watched while it does.

const FIELDS = knownPodFields();
const merged = (path: string): string => path.replace(/^spec\.(?:initContainers|ephemeralContainers|containers)\[\*\]/, 'containers[*]');
const isWithin = (path: string, outer: string): boolean => path.startsWith(outer) && (path.length === outer.length || '.[{'.includes(path[outer.length] ?? ''));

function treatedAs(field: string): string | undefined {
  return [...TREATMENTS.keys()].filter((one) => isWithin(merged(field), one)).sort((a, b) => b.length - a.length)[0];
}

type Json = Record<string, unknown> | unknown[];

/** A pod that has the fields; every list and map has one element. What is no text is mended by what the reader of pods expects. */
function podOf(fields: readonly string[]): Pod {
  const values = new Map<string, unknown>();
  for (;;) {
    const pod: Json = { spec: { containers: [{ name: 'x' }] } };
    for (const field of fields) plant(pod, stepsOf(field), values.get(field) ?? 'x');
    const read = readPod(pod);
    if (read.ok) return read.pod;
    for (const { field, message } of read.findings) values.set(field.replace(/\[0\]/g, '[*]').replace(/\["k"\]/g, '{}'), message.includes('true or false') ? true : 7);
  }
}

const stepsOf = (field: string): (string | 0)[] => field.split(/\.|(?=\[\*\])|(?=\{\})/).map((step) => (step === '[*]' ? 0 : step === '{}' ? 'k' : step));

function plant(into: Json, [step, ...rest]: readonly (string | 0)[], value: unknown): void {
  if (step === undefined) return;
  const holder = into as Record<string | 0, unknown>;
  if (rest.length === 0) holder[step] = value;
  else plant((holder[step] ??= rest[0] === 0 ? [] : {}) as Json, rest, value);
}

/** Whole, and without what would make a check stop before it comes to something else. */
const PODS = [
  podOf(FIELDS),
  podOf(FIELDS.filter((field) => field === merged(field))),
  podOf(FIELDS.filter((field) => field !== merged(field) || field.startsWith('metadata.ownerReferences'))),
];

function readsOf(check: Check): ReadonlySet<string> {
  const reads = new Set<string>();
  for (const pod of PODS) {
    const { metadata, spec, containers, volumes } = viewPod(pod);
    const view = {
      metadata: recorded(metadata, 'metadata', reads),
      spec: recorded(spec, 'spec', reads),
      containers: containers.map((one) => ({ ...one, container: recorded(one.container, 'containers[*]', reads) })),
      volumes: volumes.map((one) => ({ ...one, volume: recorded(one.volume, 'spec.volumes[*]', reads) })),
    };
    const whole = new Set<string>();
    // As it would be after an injection: nothing but the comparison of the whole sees a difference.
    const expected = { ...pod, spec: structuredClone(pod.spec) };
    const context = { profile: BUILT_IN_PROFILES.isolated, facts: FACTS, pod: recorded(pod, '', whole), expected };
    check.review(view, context);
    check.review(view, { ...context, before: { metadata: {}, spec: pod.spec } });
    for (const read of whole) reads.add(merged(read));
  }
  return reads;
}

describe('a field of a pod', () => {
  test('of Kubernetes 1.36 has somebody who looks at it, or a reason why nobody has to', () => {
    expect(FIELDS.length).toBeGreaterThan(800);
    expect(FIELDS.filter((field) => treatedAs(field) === undefined)).toEqual([]);
  });

  test('that there is not is not accounted for', () => {
    const used = new Set(FIELDS.map(treatedAs));
    expect([...TREATMENTS.keys()].filter((one) => !used.has(one))).toEqual([]);
  });

  test('that nobody knows of is noticed', () => {
    expect(['spec.newField', 'spec.volumes[*].newType.path', 'spec.initContainers[*].newField', 'spec.securityContext.newField'].map(treatedAs)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('the check', () => {
  // Two have no fields of their own: one is about a whole list, of which it lets nothing in, the other about what is no field.
  test.each(CHECKS.filter(({ id }) => id !== 'ephemeral-containers' && id !== 'known-fields').map((check) => [check.id, check] as const))('%s reads every field that is said to be its business', (id, check) => {
    const business = [...TREATMENTS].flatMap(([field, treatment]) => ('by' in treatment && treatment.by.includes(id) ? [field] : []));
    expect(business, `fields of ${id}`).not.toEqual([]);
    const reads = [...readsOf(check)];
    expect(business.filter((field) => !reads.some((read) => isWithin(read, field)))).toEqual([]);
  });
});
