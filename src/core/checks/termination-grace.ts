import type { Check, Finding } from './check.ts';
import { handlersOf, type PodView } from './view.ts';

/** What Kubernetes gives a pod that does not say. */
const DEFAULT_GRACE = 30;

/**
 * An agent that is told to end ends within the profile's bound: otherwise its lifetime binds only as far as it wants.
 *
 *   field                                                         allowed
 *   spec.terminationGracePeriodSeconds                            at most spec.maxTerminationGraceSeconds of the profile; absent counts as 30
 *   containers[*].livenessProbe.terminationGracePeriodSeconds     absent, at most the same
 *   containers[*].readinessProbe.terminationGracePeriodSeconds    the same
 *   containers[*].startupProbe.terminationGracePeriodSeconds      the same
 *
 * Injection keeps the pod's own value, which the sidecar's containers share.
 */
export const terminationGrace: Check = {
  id: 'termination-grace',
  title: 'An agent that is told to end ends soon',
  essential: false,
  review: (view, { profile }) => periodsOf(view).filter(({ seconds }) => seconds > profile.spec.maxTerminationGraceSeconds).map(({ seconds, field, title }): Finding => ({
    reason: 'termination-grace-too-long',
    field,
    message: `${title} may run on for ${seconds} seconds after it is told to end`,
    fix: `set terminationGracePeriodSeconds to at most ${profile.spec.maxTerminationGraceSeconds}`,
  })),
};

function periodsOf(view: PodView): { readonly seconds: number; readonly field: string; readonly title: string }[] {
  const ofPod = { seconds: view.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE, field: 'spec.terminationGracePeriodSeconds', title: 'the agent' };
  const ofProbes = handlersOf(view).flatMap(({ handler, field, title }) => {
    const seconds = handler.terminationGracePeriodSeconds;
    return seconds === undefined ? [] : [{ seconds, field: `${field}.terminationGracePeriodSeconds`, title: `a container that fails the ${title}` }];
  });
  return [ofPod, ...ofProbes];
}
