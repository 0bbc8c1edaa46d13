import type { ReviewContext } from './context.ts';
import { NOTHING_WRONG, type Outcome } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';
import { at } from './workloads.ts';

/** What Kubernetes gives a pod that does not say; less than a profile may give. */
const USUAL_GRACE = 30;

/**
 * Reviews what ends something: a deletion, or the eviction of a pod. Nobody is kept from cleaning up, save who asks for more time than
 * the profile gives a pod to end: that time replaces the pod's own, and the lifetime binds a pod no more once it is ending.
 */
export function reviewEnding(request: AdmissionRequest, { profile }: ReviewContext): Outcome {
  const most = profile?.spec.maxTerminationGraceSeconds ?? USUAL_GRACE;
  const { field, seconds } = graceOf(request);
  if (seconds === undefined || (typeof seconds === 'number' && seconds <= most)) return NOTHING_WRONG;
  const fault = ownFault({
    reason: 'ending-too-slow',
    field,
    message: `the pod would have ${typeof seconds === 'number' ? `${seconds} seconds` : 'an unreadable time'} to end, and run on for as long`,
    fix: `ask for at most ${most} seconds, or for none: then the pod's own count`,
  });
  return { faults: [fault], weight: 'by-mode' };
}

/** The grace period that is asked for, hostile as it came; of anything but a pod there is none. */
function graceOf({ operation, resource, options, object }: AdmissionRequest): { readonly field: string; readonly seconds?: unknown } {
  if (operation !== 'DELETE') return { field: 'deleteOptions.gracePeriodSeconds', seconds: at(object, ['deleteOptions', 'gracePeriodSeconds']) };
  return { field: 'gracePeriodSeconds', ...(resource.resource === 'pods' && { seconds: at(options, ['gracePeriodSeconds']) }) };
}
