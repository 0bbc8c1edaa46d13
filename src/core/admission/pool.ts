import { same } from '../checks/differences.ts';
import { quoted } from '../terms/quote.ts';
import { NOTHING_WRONG, type Outcome } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';
import { at } from './workloads.ts';

const STRATEGY = ['spec', 'updateStrategy', 'type'];
const TEMPLATE = ['spec', 'sandboxTemplateRef'];

/**
 * Reviews a SandboxWarmPool (extensions.agents.x-k8s.io): one that replaces its sandboxes only when they are claimed (`OnReplenish`, which
 * is the default) hands out pods that were made before their template was hardened. One that is there already may be scaled.
 */
export function reviewPool({ operation, object, oldObject }: AdmissionRequest): Outcome {
  if (operation === 'UPDATE' && [STRATEGY, TEMPLATE].every((path) => same(at(object, path), at(oldObject, path)))) return NOTHING_WRONG;
  const strategy = at(object, STRATEGY);
  if (strategy === 'Recreate') return NOTHING_WRONG;
  return {
    faults: [ownFault({
      reason: 'pool-keeps-old-pods',
      field: STRATEGY.join('.'),
      message: `the pool keeps pods that are older than its template (${typeof strategy === 'string' ? quoted(strategy) : 'OnReplenish by default'}), and hands them out`,
      fix: 'set it to Recreate',
    })],
    weight: 'by-mode',
  };
}
