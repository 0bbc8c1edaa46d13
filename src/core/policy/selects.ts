import type { Subject } from '../terms/subject.ts';
import type { AgentPolicy } from './model.ts';

/** Whether a policy applies to an agent: same namespace, and every label of `agents.matchLabels`. A subject without labels is selected only by a policy without `agents`. */
export function selects(policy: AgentPolicy, subject: Subject): boolean {
  if (policy.metadata.namespace !== subject.namespace) return false;
  const wanted = policy.spec.agents?.matchLabels;
  if (wanted === undefined) return true;
  const labels = subject.labels;
  return labels !== undefined && Object.entries(wanted).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
