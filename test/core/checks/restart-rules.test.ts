import { expect, test } from 'vitest';
import { podWith, told } from './pods.ts';

const AT = 'spec.containers[0].restartPolicyRules[0].action';
const rule = (action: string | undefined) => podWith({ restartPolicyRules: [{ ...(action !== undefined && { action }), exitCodes: { operator: 'In', values: [42] } }] });

test('a container may have itself restarted, and nobody else', () => {
  expect(told('restart-rules', rule('Restart'))).toEqual([]);
  expect(told('restart-rules', rule('RestartAllContainers'))).toEqual([`restart-rule ${AT}`]);
});

test('an action that is not known is not believed to be about the container alone', () => {
  expect(told('restart-rules', rule('RestartNode'))).toEqual([`restart-rule ${AT}`]);
  expect(told('restart-rules', rule(undefined))).toEqual([`restart-rule ${AT}`]);
});
