import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/** What kubelets and the scheduler keep alive at the cost of everything else (scheduling/v1, SystemCriticalPriority). */
const SYSTEM_CRITICAL = 2_000_000_000;

/**
 * The agent does not count as a part of the cluster, for which nodes evict others.
 *
 *   field                     allowed
 *   spec.priorityClassName    absent, anything that does not begin with system-
 *   spec.priority             absent, below 2000000000
 */
export const priorityClass: Check = {
  id: 'priority-class',
  title: 'The agent is not critical to the cluster',
  essential: false,
  review: ({ spec: { priorityClassName, priority } }) => {
    const named = priorityClassName?.startsWith('system-') === true;
    if (!named && (priority ?? 0) < SYSTEM_CRITICAL) return [];
    return [{
      reason: 'priority-class',
      field: named ? 'spec.priorityClassName' : 'spec.priority',
      message: `the pod has ${named ? `priority class ${quoted(priorityClassName)}` : `priority ${priority}`}, for which nodes evict others`,
      fix: 'remove it, or name a priority class of yours',
    }];
  },
};
