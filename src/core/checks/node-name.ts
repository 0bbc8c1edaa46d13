import type { Check } from './check.ts';

/**
 * The scheduler places the pod.
 *
 *   field            allowed on creation
 *   spec.nodeName    absent, ""
 *
 * A pod that names its node passes by taints and quotas of the scheduler (kubernetes#113907). Once it is bound the field is the scheduler's.
 */
export const nodeName: Check = {
  id: 'node-name',
  title: 'The scheduler places the pod',
  essential: false,
  review: ({ spec }, { before }) => (before !== undefined || (spec.nodeName ?? '') === '' ? [] : [{
    reason: 'node-name',
    field: 'spec.nodeName',
    message: 'the pod chooses its node past the scheduler',
    fix: 'remove nodeName; use nodeSelector or affinity',
  }]),
};
