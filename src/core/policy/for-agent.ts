import { compile, type CompileOptions } from './compile.ts';
import type { AgentPolicy } from './model.ts';
import type { Problem } from './problem.ts';
import type { Snapshot } from './snapshot.ts';

/** Who is calling where no controller vouches for it: as much as somebody says. */
export interface ClaimedAgent {
  readonly namespace?: string;
  /** The namespace to go by where none is said; absent: the first policy's. */
  readonly home?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AgentSnapshot {
  readonly snapshot: Snapshot;
  /** What a subject's namespace has to be for the policies to apply. */
  readonly namespace: string;
  readonly omissions: readonly Omission[];
}

/** Something that the policies say and that was not obeyed, for want of knowing who is calling. */
export interface Omission {
  readonly event: 'labels-not-consulted' | 'policy-left';
  readonly sentence: string;
}

const FALLBACK_NAMESPACE = 'default';

/**
 * Compiles policies from files for one agent:
 *
 * - said to be of a namespace, it gets the policies of that one; else those of every namespace, as if they were of one;
 * - of labels that are said `matchLabels` is asked; without, every policy applies.
 */
export function compileForAgent(policies: readonly AgentPolicy[], agent: ClaimedAgent, options: CompileOptions): AgentSnapshot | { readonly problems: readonly Problem[] } {
  const namespace = agent.namespace ?? agent.home ?? policies[0]?.metadata.namespace ?? FALLBACK_NAMESPACE;
  const own = agent.namespace === undefined ? policies.map((policy) => movedTo(policy, namespace)) : policies.filter((policy) => policy.metadata.namespace === namespace);
  const compiled = compile(agent.labels === undefined ? own.map(forEveryAgent) : own, options);
  if ('problems' in compiled) return compiled;
  const left = policies.filter(({ metadata }) => agent.namespace !== undefined && metadata.namespace !== namespace);
  return { snapshot: compiled.snapshot, namespace, omissions: [...(agent.labels === undefined ? unasked(own) : []), ...left.map(leftAside)] };
}

/** A name keeps where it comes from. */
function movedTo(policy: AgentPolicy, namespace: string): AgentPolicy {
  const { metadata } = policy;
  return metadata.namespace === namespace ? policy : { ...policy, metadata: { name: `${metadata.namespace}.${metadata.name}`, namespace } };
}

function forEveryAgent(policy: AgentPolicy): AgentPolicy {
  const { agents: _, ...spec } = policy.spec;
  return { ...policy, spec };
}

function unasked(policies: readonly AgentPolicy[]): Omission[] {
  if (policies.every(({ spec }) => spec.agents === undefined)) return [];
  return [{ event: 'labels-not-consulted', sentence: 'No labels were given, so matchLabels is not consulted and every policy applies.' }];
}

const leftAside = ({ metadata }: AgentPolicy): Omission => ({ event: 'policy-left', sentence: `${metadata.namespace}/${metadata.name} is of another namespace and does not apply.` });
