import type { NetworkPolicy, ObjectFacts } from '../../../core/checks/facts.ts';
import { readNetworkPolicy } from '../../../core/checks/read-network-policy.ts';
import { readAgents } from '../../../core/policy/read-agents.ts';
import { at } from '../../../core/admission/workloads.ts';
import { type Fact, known, unknown } from '../../../core/terms/fact.ts';
import { API_GROUP } from '../../../core/terms/fixed-names.ts';
import type { Manifest } from './read.ts';

/**
 * What manifests tell of other objects than pods. Of a kind of which they hold none, nobody can tell offline what the cluster has,
 * and the sentence says so. `usual` is the namespace of objects that name none.
 */
export function manifestFacts(manifests: readonly Pick<Manifest, 'object'>[], usual: string): ObjectFacts {
  const named = (group: string, kind: string): Named[] => manifests.flatMap(({ object }) => (isOf(object, group, kind) ? [namedOf(object, usual)] : []));
  const policies = named('networking.k8s.io', 'NetworkPolicy');
  const classes = named('node.k8s.io', 'RuntimeClass');
  const selecting = named(API_GROUP, 'AgentPolicy');
  return {
    networkPolicies: (namespace) => networkPoliciesIn(policies.filter((one) => one.namespace === namespace), namespace),
    runtimeHandler: (name) => handlerOf(classes.find((one) => one.name === name), name),
    selectingLabels: (namespace) => labelsIn(selecting.filter((one) => one.namespace === namespace), namespace),
  };
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly object: Manifest['object'];
}

/** Of any version of its group: what we read of it is alike in all. */
function isOf(object: Manifest['object'], group: string, kind: string): boolean {
  return object['kind'] === kind && typeof object['apiVersion'] === 'string' && object['apiVersion'].split('/')[0] === group;
}

function namedOf(object: Manifest['object'], usual: string): Named {
  const [name, namespace] = ['name', 'namespace'].map((member) => at(object, ['metadata', member]));
  return { object, name: typeof name === 'string' ? name : '', namespace: typeof namespace === 'string' ? namespace : usual };
}

function networkPoliciesIn(policies: readonly Named[], namespace: string): Fact<readonly NetworkPolicy[]> {
  if (policies.length === 0) return unknown(`No NetworkPolicy of namespace ${namespace} is in the input.`);
  const read = policies.map(({ object }) => readNetworkPolicy(object));
  const broken = policies.find((_, index) => read[index] === undefined);
  if (broken !== undefined) return unknown(`NetworkPolicy ${broken.name} of namespace ${namespace} cannot be read: it has not the types that the Kubernetes API gives it.`);
  return known(read.filter((one) => one !== undefined));
}

function handlerOf(found: Named | undefined, name: string): Fact<string | undefined> {
  if (found === undefined) return unknown(`RuntimeClass ${name} is not in the input.`);
  const { handler } = found.object;
  return typeof handler === 'string' ? known(handler) : unknown(`RuntimeClass ${name} names no handler.`);
}

function labelsIn(policies: readonly Named[], namespace: string): Fact<ReadonlySet<string>> {
  if (policies.length === 0) return unknown(`No AgentPolicy of namespace ${namespace} is in the input.`);
  return known(new Set(policies.flatMap(({ object }) => Object.keys(readAgents(object)?.matchLabels ?? {}))));
}
