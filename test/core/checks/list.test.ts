import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { faultsOf, goodPod } from './pods.ts';

const folder = new URL('../../../src/core/checks/', import.meta.url);
const NO_CHECKS = ['check.ts', 'differences.ts', 'index.ts', 'pod.ts', 'quantity.ts', 'read-pod.ts', 'shape.ts', 'sidecar.ts', 'view.ts'];
const files = readdirSync(folder).filter((name) => !NO_CHECKS.includes(name));

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
