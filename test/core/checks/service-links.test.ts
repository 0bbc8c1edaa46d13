import { expect, test } from 'vitest';
import { serviceLinks } from '../../../src/core/checks/service-links.ts';
import { viewPod } from '../../../src/core/checks/view.ts';
import { CONTAINED, FACTS, goodPod, told } from './pods.ts';

test('service links are a fault, but injection switches them off', () => {
  const pod = goodPod({ enableServiceLinks: true });
  expect(serviceLinks.review(viewPod(pod), { pod, profile: CONTAINED, facts: FACTS }).map(({ reason, field }) => `${reason} ${field}`)).toEqual(['service-links spec.enableServiceLinks']);
  expect(told('service-links', pod)).toEqual([]);
});
