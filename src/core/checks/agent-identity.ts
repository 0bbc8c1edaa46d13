import { AGENT_LABEL } from '../terms/fixed-names.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import type { PodView } from './view.ts';

/**
 * A pod that names its agent gives it a name, and a running one stays the agent it was admitted as.
 *
 *   field                                        allowed
 *   metadata.labels["sallyport.dev/agent"]       absent, not empty; on update what it was
 */
export const agentIdentity: Check = {
  id: 'agent-identity',
  title: 'A pod stays the agent it was admitted as',
  essential: true,
  onRelabel: true,
  review: (view, context) => [...unnamed(view), ...renamed(view, context)],
};

const field = `metadata.labels["${AGENT_LABEL}"]`;

function unnamed({ metadata }: PodView): Finding[] {
  if (metadata.labels?.[AGENT_LABEL] !== '') return [];
  return [{ reason: 'agent-unnamed', field, message: 'the agent\'s name is empty', fix: 'name the agent, or remove the label: the pod is then named after its workload' }];
}

function renamed({ metadata }: PodView, { before }: CheckContext): Finding[] {
  if (before === undefined || before.metadata?.labels?.[AGENT_LABEL] === metadata.labels?.[AGENT_LABEL]) return [];
  return [{ reason: 'agent-renamed', field, message: 'the update makes the pod another agent', fix: 'create a new pod with that label' }];
}
