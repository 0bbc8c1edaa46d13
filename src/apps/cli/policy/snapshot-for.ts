import { PolicyFilesFault } from '../../../adapters/policy-files/fault.ts';
import { compileForAgent, type AgentSnapshot, type ClaimedAgent } from '../../../core/policy/for-agent.ts';
import type { AgentPolicy } from '../../../core/policy/model.ts';

/** What `proxy --policy` and `run` would judge an agent's calls by; throws `PolicyFilesFault` with all problems. */
export function snapshotFor(policies: readonly AgentPolicy[], agent: ClaimedAgent): AgentSnapshot {
  const compiled = compileForAgent(policies, agent, { generation: 1 });
  if ('problems' in compiled) throw PolicyFilesFault.unfit(compiled.problems);
  return compiled;
}
