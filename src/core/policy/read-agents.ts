import type { AgentPolicy } from './model.ts';
import { member, selectsByHiddenLabel } from './read-object.ts';
import { agents } from './schema/agent-policy.ts';

/**
 * Which agents a policy may select that cannot be read as a whole, as `spec.agents`. Absent: every agent of its namespace, which is also the
 * answer wherever `agents` is anything but plain labels, since nobody can tell whom its author meant.
 */
export function readAgents(object: unknown): AgentPolicy['spec']['agents'] {
  if (selectsByHiddenLabel(object)) return undefined;
  const read = agents.safeParse(member(member(object, 'spec'), 'agents'));
  return read.success ? read.data : undefined;
}
