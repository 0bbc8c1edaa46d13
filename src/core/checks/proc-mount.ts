import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/**
 * The container runtime's masks over /proc stay.
 *
 *   field                                       allowed
 *   containers[*].securityContext.procMount     absent, Default
 *
 *   version   change of the standard
 *   v1.35     its level baseline, but not restricted, allows any mount in a pod with hostUsers: false; nothing changes here
 *
 * Source: Pod Security Standards, "/proc Mount Type".
 */
export const procMount: Check = {
  id: 'proc-mount',
  title: 'The masks over /proc stay',
  essential: false,
  review: ({ containers }) => containers.flatMap(({ container, field, title }) => {
    const type = container.securityContext?.procMount ?? 'Default';
    return type === 'Default' ? [] : [{
      reason: 'proc-unmasked',
      field: `${field}.securityContext.procMount`,
      message: `${title} mounts /proc as ${quoted(type)}`,
      fix: 'remove procMount',
    }];
  }),
};
