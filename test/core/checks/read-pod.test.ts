import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPod } from '../../../src/core/checks/read-pod.ts';
import { goodPod } from './pods.ts';

function told(value: unknown): string[] {
  const result = readPod(value);
  return result.ok ? [] : result.findings.map(({ field, message }) => `${field}: ${message}`);
}

const spec = (changes: object): object => ({ spec: { containers: [{ name: 'app' }], ...changes } });

const many = (count: number, value: unknown = { name: 'a' }): unknown[] => Array.from({ length: count }, () => value);

describe('the door for pods', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing', undefined, [': expected an object, got nothing']],
    ['a list', [], [': expected an object, got a list']],
    ['a pod without a spec', {}, ['spec: expected an object, got nothing']],
    ['a spec without containers', { spec: {} }, ['spec.containers: expected a list, got nothing']],
    ['a container without a name', { spec: { containers: [{}] } }, ['spec.containers[0].name: expected a string, got nothing']],
    ['null among the containers', { spec: { containers: [null] } }, ['spec.containers[0]: expected an object, got null']],
    ['privileged: "true"', { spec: { containers: [{ name: 'app', securityContext: { privileged: 'true' } }] } }, ['spec.containers[0].securityContext.privileged: expected true or false, got string "true"']],
    ['half a user', spec({ securityContext: { runAsUser: 0.5 } }), ['spec.securityContext.runAsUser: expected a whole number, got number 0.5']],
    ['a user beyond what a number can hold', spec({ securityContext: { runAsUser: 2 ** 53 } }), ['spec.securityContext.runAsUser: expected a whole number, got number 9007199254740992']],
    ['a label that is a number', { ...spec({}), metadata: { labels: { a: 1 } } }, ['metadata.labels["a"]: expected a string, got number 1']],
    ['two mistakes at once', spec({ hostNetwork: 1, volumes: {} }), ['spec.volumes: expected a list, got an object', 'spec.hostNetwork: expected true or false, got number 1']],
  ])('refuses %s, with the place', (_sentence, value, faults) => {
    expect(told(value)).toEqual(faults);
  });

  test('gives a good pod back as it is', () => {
    const pod = goodPod();
    expect(readPod(pod)).toEqual({ ok: true, pod });
    expect((readPod(pod) as { pod: unknown }).pod).toBe(pod);
  });

  test('keeps what it does not know, and drops null as the API server does', () => {
    const value = spec({ hostNetwork: null, tolerations: [{ key: 'a', value: null }], metadata: null });
    expect(readPod(value)).toEqual({ ok: true, pod: spec({ tolerations: [{ key: 'a' }] }) });
  });

  test('takes no members from the prototype', () => {
    const value: unknown = JSON.parse('{"__proto__": {"spec": {"containers": []}}}');
    expect(told(value)).toEqual(['spec: expected an object, got nothing']);
  });

  test('refuses nesting that would exhaust the stack', () => {
    const deep: unknown = JSON.parse(`{"spec":{"containers":[],"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    expect(told(deep)).toEqual([': expected at most 64 levels, got more']);
  });

  test('tells at most fifty mistakes', () => {
    expect(told(spec({ hostAliases: Array.from({ length: 1000 }, () => 1) }))).toHaveLength(50);
  });

  test.each<[string, object, string]>([
    ['containers', spec({ containers: many(160_000) }), 'spec: expected at most 100 containers of all kinds, got 160000'],
    ['containers over all three lists', spec({ containers: many(34), initContainers: many(34), ephemeralContainers: many(34) }), 'spec: expected at most 100 containers of all kinds, got 102'],
    ['volumes', spec({ volumes: many(201) }), 'spec.volumes: expected at most 200 volumes, got 201'],
    ['variables', spec({ containers: [{ name: 'a', env: many(30_000) }] }), ': expected at most 50000 values in all (variables, mounts, arguments, labels and so on), got more'],
    ['arguments', spec({ containers: [{ name: 'a', args: many(700_000, '') }] }), ': expected at most 50000 values in all'],
    ['labels', { ...spec({}), metadata: { labels: Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [index, ''])) } }, ': expected at most 50000 values in all'],
    ['members that we do not know', spec({ x: many(60_000, null) }), ': expected at most 50000 values in all'],
  ])('refuses too many %s with one fault', (_sentence, value, fault) => {
    const result = readPod(value);
    expect(told(value)).toEqual([expect.stringContaining(fault)]);
    expect(result).toMatchObject({ ok: false, findings: [{ reason: 'too-large' }] });
  });

  test('takes as many containers and volumes as the bounds say', () => {
    expect(told(spec({ containers: many(50), initContainers: many(50), volumes: many(200) }))).toEqual([]);
  });

  test('never throws, and never reads a pod whose containers are not a list', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      for (const value of [a, { spec: a, metadata: b }, { spec: { containers: a, initContainers: b } }, spec({ volumes: a, securityContext: b })]) {
        const result = readPod(value);
        if (result.ok) expect(Array.isArray(result.pod.spec.containers)).toBe(true);
        else expect(result.findings.length).toBeGreaterThan(0);
      }
    }), { numRuns: 500 });
  });
});
