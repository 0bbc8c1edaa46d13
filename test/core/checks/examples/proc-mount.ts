import type { Pod } from '../../../../src/core/checks/pod.ts';
import { type Examples, inEveryPosition, passing, secured } from './example.ts';

export const procMount: Examples = {
  pass: { absent: passing({}), default: passing(secured({ procMount: 'Default' })) },
  fail: Object.fromEntries(Object.entries(inEveryPosition('unmasked', secured({ procMount: 'Unmasked' }), 'proc-unmasked securityContext.procMount'))
    .map(([name, { pod, ...rest }]) => [name, { ...rest, pod: inUserNamespace(pod) }])),
};

/** The API server takes an unmasked /proc in no other pods. */
function inUserNamespace(pod: Pod): Pod {
  return { ...pod, spec: Object.assign({ hostUsers: false }, pod.spec) };
}
