import { AGENT_LABEL } from '../terms/fixed-names.ts';
import type { Check } from './check.ts';

/**
 * A running pod stays the agent it was admitted as.
 *
 *   field                                        allowed on update
 *   metadata.labels["sallyport.dev/agent"]       what it was
 */
export const agentIdentity: Check = {
  id: 'agent-identity',
  title: 'A pod stays the agent it was admitted as',
  essential: true,
  review: ({ metadata }, { before }) => (before === undefined || before.metadata?.labels?.[AGENT_LABEL] === metadata.labels?.[AGENT_LABEL] ? [] : [{
    reason: 'agent-renamed',
    field: `metadata.labels["${AGENT_LABEL}"]`,
    message: 'the update makes the pod another agent',
    fix: 'create a new pod with that label',
  }]),
};
