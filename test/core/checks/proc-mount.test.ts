import { expect, test } from 'vitest';
import { podSecuredBy, told } from './pods.ts';

test('an unmasked /proc is a fault', () => {
  expect(told('proc-mount', podSecuredBy({ procMount: 'Unmasked' }))).toEqual(['proc-unmasked spec.containers[0].securityContext.procMount']);
});

test('the default mount of /proc passes', () => {
  expect(told('proc-mount', podSecuredBy({ procMount: 'Default' }))).toEqual([]);
});
