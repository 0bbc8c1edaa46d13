import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { CONTAINED, faultsOf, goodPod, podWith } from './pods.ts';

const folder = new URL('../../../src/core/checks/', import.meta.url);
const files = readdirSync(folder).filter((name) => /^export const \w+: Check = /m.test(readFileSync(new URL(name, folder), 'utf8')));

const secret = (index: number) => ({ name: `K${index}`, valueFrom: { secretKeyRef: { name: 's', key: 'k' } } });
const warnOnly = (...ids: string[]) => ({ profile: { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: ids } } });

describe('the list of checks', () => {
  test('holds every check of the folder once, under the name of its file', () => {
    expect(CHECKS.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  });

  test('cannot be added to', () => {
    expect(Object.isFrozen(CHECKS)).toBe(true);
  });

  test('has every check in a header with fields and allowed values', () => {
    for (const name of files) {
      const text = readFileSync(new URL(name, folder), 'utf8');
      expect(text, name).toMatch(/ \* {3}field +allowed/);
    }
  });

  test('has a test of its own for every check', () => {
    const tests = readdirSync(new URL('./', import.meta.url));
    expect(files.filter((name) => !tests.includes(name.replace('.ts', '.test.ts')))).toEqual([]);
  });

  test('finds nothing in the smallest good pod', () => {
    expect(faultsOf(goodPod())).toEqual([]);
  });
});

describe('a pod with thousands of faults', () => {
  const pod = podWith({ env: Array.from({ length: 6_000 }, (_, index) => secret(index)) });

  test('is told five hundred and how many more there are', () => {
    const faults = faultsOf(pod, warnOnly());
    expect(faults).toHaveLength(501);
    expect(faults.at(-1)).toMatchObject({ reason: 'more-faults', message: 'there are 5500 more faults of the same and later checks', weight: 'deny' });
  });

  test('is only warned of the rest where all of it is a warning', () => {
    expect(faultsOf(pod, warnOnly('secret-environment')).every(({ weight }) => weight === 'warn')).toBe(true);
    const worse = { ...pod, spec: { ...pod.spec, nodeName: 'node-1' } };
    expect(faultsOf(worse, warnOnly('secret-environment')).filter(({ weight }) => weight === 'deny').map(({ reason }) => reason)).toEqual(['more-faults']);
  });
});

const weights = (warned: string[], audited: string[], pod = goodPod({ nodeName: 'node-1' })) =>
  faultsOf(pod, { profile: { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: warned, auditOnly: audited } } }).map(({ weight }) => weight);

describe('what a fault weighs', () => {
  test.each([
    ['is to deny', [], [], 'deny'],
    ['is a warning where the profile says so', ['node-name'], [], 'warn'],
    ['is for the audit log alone where the profile says so', [], ['node-name'], 'audit'],
    ['is the heavier of two that the profile names', ['node-name'], ['node-name'], 'warn'],
  ])('%s', (_sentence, warned, audited, weight) => {
    expect(weights(warned, audited)).toEqual([weight]);
  });

  test('is to deny of an essential check, whatever the profile says', () => {
    expect(weights(['host-namespaces'], ['host-namespaces'], goodPod({ hostNetwork: true }))).toEqual(['deny']);
  });
});
