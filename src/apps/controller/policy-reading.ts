import type { KubeObject } from '../../adapters/kube/client.ts';
import { compile } from '../../core/policy/compile.ts';
import type { AgentPolicy } from '../../core/policy/model.ts';
import { parseObjects } from '../../core/policy/parse.ts';
import { formatProblem, type Problem } from '../../core/policy/problem.ts';
import { readAgents } from '../../core/policy/read-agents.ts';

/** One `AgentPolicy` object as it came: a policy, or the sentence that says why it is none. */
export interface PolicyReading {
  readonly namespace: string;
  readonly name: string;
  readonly policy?: AgentPolicy;
  /** Of one that is no policy: the only agents that it may be for; absent: all of its namespace. */
  readonly agents?: AgentPolicy['spec']['agents'];
  readonly problem?: string;
}

/** Reads and compiles one object by itself, so that a bad policy does not spoil its neighbours. */
export function readPolicy(object: KubeObject): PolicyReading {
  const { name, namespace = '' } = object.metadata;
  const read = policyOf(object, `agentpolicy/${namespace}/${name}`);
  if (typeof read !== 'string') return { namespace, name, policy: read };
  const agents = readAgents(object);
  return { namespace, name, problem: read, ...(agents && { agents }) };
}

/** The policy, or the sentence that says why it is none. */
function policyOf(object: KubeObject, source: string): AgentPolicy | string {
  const { policies, problems } = parseObjects([object], source);
  const [policy] = policies;
  if (problems.length > 0) return sentenceOf(problems);
  if (policy === undefined) return `${source} is no AgentPolicy`;
  const compiled = compile([policy], { generation: 1 });
  return 'problems' in compiled ? sentenceOf(compiled.problems) : policy;
}

function sentenceOf(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('; ');
}
