import { expect, test } from 'vitest';
import { isSince } from '../../../src/core/checks/standard-version.ts';

test.each([
  ['v1.30', 31, false], ['v1.31', 31, true], ['v1.36', 31, true], ['latest', 31, true], ['v1.28', 0, true],
] as const)('version %s of the standard has what came with v1.%i: %s', (version, minor, has) => {
  expect(isSince(version, minor)).toBe(has);
});
