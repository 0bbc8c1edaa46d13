import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/**
 * An agent cannot have its sidecar restarted by ending in the right way: the proxy would forget what it counts.
 *
 *   field                                          allowed
 *   containers[*].restartPolicyRules[*].action     Restart
 */
export const restartRules: Check = {
  id: 'restart-rules',
  title: 'No container restarts the others',
  essential: false,
  review: ({ containers }) => containers.flatMap(({ container, field, title }) => (container.restartPolicyRules ?? []).flatMap(({ action = '' }, index) => (action === 'Restart' ? [] : [{
    reason: 'restart-rule',
    field: `${field}.restartPolicyRules[${index}].action`,
    message: `${title} has ${quoted(action)} happen when it ends, to the sidecar too`,
    fix: 'set action: Restart, which is about the container alone, or remove the rule',
  }]))),
};
