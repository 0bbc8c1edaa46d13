import type { Check } from './check.ts';

/**
 * No container is privileged.
 *
 *   field                                       allowed
 *   containers[*].securityContext.privileged    absent, false
 *
 * The standard has not changed in this since v1.28. Source: Pod Security Standards, "Privileged Containers".
 */
export const privileged: Check = {
  id: 'privileged',
  title: 'No container is privileged',
  essential: true,
  review: ({ containers }) => containers.filter(({ container }) => container.securityContext?.privileged === true).map(({ field, title }) => ({
    reason: 'privileged',
    field: `${field}.securityContext.privileged`,
    message: `${title} is privileged, which undoes every other constraint`,
    fix: 'remove privileged or set it to false',
  })),
};
