import { expect, test } from 'vitest';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { viewPod } from '../../../src/core/checks/view.ts';
import { CONTAINED, FACTS, podSecuredBy, told } from './pods.ts';

test('a container that may gain rights is a fault', () => {
  expect(told('privilege-escalation', podSecuredBy({ allowPrivilegeEscalation: true }))).toEqual(['privilege-escalation spec.containers[0].securityContext.allowPrivilegeEscalation']);
});

test('a container that says nothing is a fault where injection did not say it for it', () => {
  const pod = podSecuredBy({ allowPrivilegeEscalation: undefined });
  const check = CHECKS.find(({ id }) => id === 'privilege-escalation');
  expect(check?.review(viewPod(pod), { pod, profile: CONTAINED, facts: FACTS }).map(({ reason }) => reason)).toEqual(['privilege-escalation']);
  expect(told('privilege-escalation', pod)).toEqual([]);
});
