import type { Check } from './check.ts';

/**
 * System calls are filtered.
 *
 *   field                                              allowed
 *   spec.securityContext.seccompProfile.type           RuntimeDefault, Localhost; absent where every container names one
 *   containers[*].securityContext.seccompProfile.type  RuntimeDefault, Localhost; absent where the pod names one
 *
 * Source: Pod Security Standards, "Seccomp".
 */
export const seccomp: Check = {
  id: 'seccomp',
  title: 'System calls are filtered',
  essential: false,
  review: ({ spec, containers }) => containers.flatMap(({ container, field, title }) => {
    const type = container.securityContext?.seccompProfile?.type ?? spec.securityContext?.seccompProfile?.type;
    if (type === 'RuntimeDefault' || type === 'Localhost') return [];
    return [{
      reason: 'seccomp-missing',
      field: `${field}.securityContext.seccompProfile.type`,
      message: `${title} runs ${type === undefined ? 'without a seccomp profile' : 'with system calls unfiltered'}`,
      fix: 'set seccompProfile: {type: RuntimeDefault} here or in spec.securityContext',
    }];
  }),
};
