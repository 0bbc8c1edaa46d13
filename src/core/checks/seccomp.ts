import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { securityContextsOf, type PodView } from './view.ts';

/**
 * System calls are filtered.
 *
 *   field                                              allowed
 *   spec.securityContext.seccompProfile.type           RuntimeDefault, Localhost; absent where every container names one
 *   containers[*].securityContext.seccompProfile.type  RuntimeDefault, Localhost; absent where the pod names one
 *
 * The standard, which has not changed in this since v1.28, spares pods of Windows; none get this far. Source: Pod Security
 * Standards, "Seccomp".
 */
export const seccomp: Check = {
  id: 'seccomp',
  title: 'System calls are filtered',
  essential: false,
  review: (view) => [...unfiltered(view), ...missing(view)],
};

/** Also of a pod whose every container says otherwise: the next one to join would not. */
function unfiltered(view: PodView): Finding[] {
  return securityContextsOf(view).flatMap(({ context: { seccompProfile: profile }, field, title }) => {
    if (profile === undefined || profile.type === 'RuntimeDefault' || profile.type === 'Localhost') return [];
    return [{
      reason: 'seccomp-unfiltered',
      field: `${field}.seccompProfile.type`,
      message: `${title} has seccomp profile ${quoted(profile.type ?? '')}`,
      fix: 'set it to RuntimeDefault, or to Localhost with a profile of the node',
    }];
  });
}

function missing({ spec, containers }: PodView): Finding[] {
  if (spec.securityContext?.seccompProfile !== undefined) return [];
  return containers.filter(({ container }) => container.securityContext?.seccompProfile === undefined).map(({ field, title }) => ({
    reason: 'seccomp-missing',
    field: `${field}.securityContext.seccompProfile.type`,
    message: `${title} runs without a seccomp profile`,
    fix: 'set seccompProfile: {type: RuntimeDefault} here or in spec.securityContext',
  }));
}
