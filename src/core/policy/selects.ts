import type { Subject } from '../terms/subject.ts';
import type { AgentPolicy } from './model.ts';

/** As much of a policy as says for whom it is. */
export interface Selecting {
  readonly metadata: Pick<AgentPolicy['metadata'], 'namespace'>;
  readonly spec: Pick<AgentPolicy['spec'], 'agents'>;
}

/** Whether a policy applies to an agent: same namespace, and every label of `agents.matchLabels`. A subject without labels is selected only by a policy without `agents`. */
export function selects(policy: Selecting, subject: Subject): boolean {
  return obstacle(policy, subject) === undefined;
}

/** Why a policy does not apply to an agent, as the end of a sentence; `undefined` if it does. */
export function obstacle({ metadata, spec }: Selecting, { namespace, labels }: Subject): string | undefined {
  if (metadata.namespace !== namespace) return `it is for namespace ${metadata.namespace}`;
  if (spec.agents === undefined) return undefined;
  for (const [name, value] of Object.entries(spec.agents.matchLabels)) {
    if (labels === undefined) return `it wants label ${name}=${value}, and no labels are known of the agent`;
    if (!Object.hasOwn(labels, name) || labels[name] !== value) return `it wants label ${name}=${value}`;
  }
  return undefined;
}
