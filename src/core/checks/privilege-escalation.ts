import type { Check } from './check.ts';

/**
 * No process gains rights that its parent had not; a set-uid program could otherwise become the proxy's user.
 *
 *   field                                                     allowed
 *   containers[*].securityContext.allowPrivilegeEscalation    false
 *
 * The standard, which has not changed in this since v1.28, spares pods of Windows; none get this far. Source: Pod Security Standards,
 * "Privilege Escalation".
 */
export const privilegeEscalation: Check = {
  id: 'privilege-escalation',
  title: 'No process gains rights',
  essential: true,
  review: ({ containers }) => containers.filter(({ container }) => container.securityContext?.allowPrivilegeEscalation !== false).map(({ field, title }) => ({
    reason: 'privilege-escalation',
    field: `${field}.securityContext.allowPrivilegeEscalation`,
    message: `${title} may gain rights through set-uid programs or file capabilities`,
    fix: 'set allowPrivilegeEscalation: false',
  })),
};
