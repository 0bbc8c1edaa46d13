import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { ESSENTIAL_CHECKS, WARNABLE_CHECKS } from '../../../src/core/policy/check-ids.ts';

const ids = (essential: boolean): string[] => CHECKS.filter((check) => check.essential === essential).map(({ id }) => id);

test('profiles know of each check whether it may be softened', () => {
  expect(ids(true)).toEqual(ESSENTIAL_CHECKS);
  expect(ids(false)).toEqual(WARNABLE_CHECKS);
});
