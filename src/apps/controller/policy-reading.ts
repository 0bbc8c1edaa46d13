import type { KubeObject } from '../../adapters/kube/client.ts';
import { compile } from '../../core/policy/compile.ts';
import type { AgentPolicy } from '../../core/policy/model.ts';
import { parseObjects } from '../../core/policy/parse.ts';
import { formatProblem, type Problem } from '../../core/policy/problem.ts';

/** One `AgentPolicy` object as it came: a policy, or the sentence that says why it is none. */
export interface PolicyReading {
  readonly namespace: string;
  readonly name: string;
  readonly policy?: AgentPolicy;
  readonly problem?: string;
}

/** Reads and compiles one object by itself, so that a bad policy does not spoil its neighbours. */
export function readPolicy(object: KubeObject): PolicyReading {
  const { name, namespace = '' } = object.metadata;
  const { policies, problems } = parseObjects([object], `agentpolicy/${namespace}/${name}`);
  const [policy] = policies;
  if (problems.length > 0) return { namespace, name, problem: sentenceOf(problems) };
  if (policy === undefined) return { namespace, name, problem: `agentpolicy/${namespace}/${name} is no AgentPolicy` };
  const compiled = compile([policy], { generation: 1 });
  return 'problems' in compiled ? { namespace, name, problem: sentenceOf(compiled.problems) } : { namespace, name, policy };
}

function sentenceOf(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('; ');
}
