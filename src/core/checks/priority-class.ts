import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/** The highest that people may give (scheduling/v1, HighestUserDefinablePriority), which Sallyport's own servers have. */
const OF_THE_GATES = 1_000_000_000;

/**
 * The agent does not count as a part of the cluster, for which nodes evict others.
 *
 *   field                     allowed
 *   spec.priorityClassName    absent, anything that does not begin with system-
 *   spec.priority             absent, below 1000000000, which is the gates' own
 */
export const priorityClass: Check = {
  id: 'priority-class',
  title: 'The agent is not critical to the cluster',
  essential: false,
  review: ({ spec: { priorityClassName, priority } }) => {
    const named = priorityClassName?.startsWith('system-') === true;
    if (!named && (priority ?? 0) < OF_THE_GATES) return [];
    return [{
      reason: 'priority-class',
      field: named ? 'spec.priorityClassName' : 'spec.priority',
      message: `the pod has ${named ? `priority class ${quoted(priorityClassName)}` : `priority ${priority}`}, for which nodes evict others`,
      fix: 'remove it, or name a priority class of a lower value',
    }];
  },
};
