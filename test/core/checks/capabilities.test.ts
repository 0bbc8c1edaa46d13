import { expect, test } from 'vitest';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { podSecuredBy, told } from './pods.ts';

const AT = 'spec.containers[0].securityContext.capabilities';
const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['NET_ADMIN, which lifts the capture', podSecuredBy({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }), [`capabilities-added ${AT}.add`]],
  ['NET_BIND_SERVICE, which Pod Security allows', podSecuredBy({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), [`capabilities-added ${AT}.add`]],
  ['some capabilities dropped but not all', podSecuredBy({ capabilities: { drop: ['NET_RAW'] } }), [`capabilities-kept ${AT}.drop`]],
  ['an empty list of what is dropped', podSecuredBy({ capabilities: { drop: [] } }), [`capabilities-kept ${AT}.drop`]],
  ['an empty list of what is added', podSecuredBy({ capabilities: { drop: ['ALL'], add: [] } }), []],
  ['all dropped, and more by name', podSecuredBy({ capabilities: { drop: ['NET_RAW', 'ALL'] } }), []],
  ['nothing said, which injection fills in', podSecuredBy({ capabilities: undefined }), []],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('capabilities', pod)).toEqual(faults);
});
