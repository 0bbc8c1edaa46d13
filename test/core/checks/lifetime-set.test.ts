import { expect, test } from 'vitest';
import { CONTAINED, faultsOf, goodPod } from './pods.ts';

const { activeDeadlineSeconds: _, ...endless } = goodPod().spec;
const found = (warnOnly: string[]) =>
  faultsOf({ spec: endless }, { profile: { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly } } }).map(({ check, reason, weight }) => ({ check, reason, weight }));

test('an agent without an end is a fault of which the built-in profiles only warn', () => {
  expect(found([...CONTAINED.spec.warnOnly])).toEqual([{ check: 'lifetime-set', reason: 'lifetime-unbounded', weight: 'warn' }]);
  expect(found([])).toEqual([{ check: 'lifetime-set', reason: 'lifetime-unbounded', weight: 'deny' }]);
});
