import type { Check } from './check.ts';

/**
 * Nobody adds a container to a running agent (`kubectl debug`): CVE-2023-2727, CVE-2023-2728.
 *
 *   field                       allowed
 *   spec.ephemeralContainers    absent, empty
 */
export const ephemeralContainers: Check = {
  id: 'ephemeral-containers',
  title: 'No container joins a running agent',
  essential: true,
  review: ({ containers }) => containers.filter(({ kind }) => kind === 'ephemeral container').map(({ field, title }) => ({
    reason: 'ephemeral-container',
    field,
    message: `${title} would join the running agent`,
    fix: 'debug a copy of the pod in a namespace that takes no agents, or ask for an Exemption from ephemeral-containers that names you and the pod',
  })),
};
