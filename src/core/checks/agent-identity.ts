import { AGENT_LABEL } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import { valueOf } from '../terms/string-map.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { unknownFact } from './unknown-fact.ts';
import type { PodView } from './view.ts';

/**
 * A pod that names its agent gives it a name, and a running one stays the agent it was admitted as, under the same policies.
 *
 *   field                                        allowed
 *   metadata.labels["sallyport.dev/agent"]       absent, not empty; on update what it was
 *   metadata.labels[*]                           on update what it was, if an AgentPolicy of the namespace selects by it
 */
export const agentIdentity: Check = {
  id: 'agent-identity',
  title: 'A pod stays the agent it was admitted as',
  essential: true,
  onRelabel: true,
  onFacts: true,
  review: (view, context) => [...unnamed(view), ...relabelled(view, context)],
};

type Labels = Readonly<Record<string, string>>;

const fieldOf = (label: string): string => `metadata.labels[${quoted(label)}]`;

function unnamed({ metadata }: PodView): Finding[] {
  if (metadata.labels?.[AGENT_LABEL] !== '') return [];
  return [{ reason: 'agent-unnamed', field: fieldOf(AGENT_LABEL), message: 'the agent\'s name is empty', fix: 'name the agent, or remove the label: the pod is then named after its workload' }];
}

function relabelled({ metadata: { labels = {}, namespace = 'default' } }: PodView, { before, facts }: CheckContext): Finding[] {
  const changed = before === undefined ? [] : changedKeys(before.metadata?.labels ?? {}, labels);
  const renamed = changed.includes(AGENT_LABEL) ? [{ reason: 'agent-renamed', field: fieldOf(AGENT_LABEL), message: 'the update makes the pod another agent', fix: 'create a new pod with that label' }] : [];
  const others = changed.filter((key) => key !== AGENT_LABEL);
  if (others.length === 0) return renamed;
  const selecting = facts.selectingLabels(namespace);
  if (!selecting.known) return [...renamed, unknownFact('selecting-labels', 'metadata.labels', selecting.sentence)];
  return [...renamed, ...others.filter((key) => selecting.value.has(key)).map((key) => ({
    reason: 'agent-reselected',
    field: fieldOf(key),
    message: `the update changes label ${quoted(key)}, by which policies select agents`,
    fix: 'create a new pod with that label',
  }))];
}

function changedKeys(before: Labels, after: Labels): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => valueOf(before, key) !== valueOf(after, key));
}
