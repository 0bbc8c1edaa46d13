import { hash } from 'node:crypto';
import type { KubeObject } from '../../../adapters/kube/client.ts';
import { isForWorkload } from '../../../core/admission/exemptions.ts';
import { profileName } from '../../../core/admission/namespace.ts';
import { readPod } from '../../../core/checks/read-pod.ts';
import { type Fact, known } from '../../../core/terms/fact.ts';
import { AGENTS_LABEL } from '../../../core/terms/fixed-names.ts';
import type { Facts } from '../ports.ts';
import { knownOf } from '../review-context.ts';
import { assess, type Assessment } from './assess.ts';

/**
 * Mode and profile of each namespace that takes agents, with the profile, the NetworkPolicies and the Exemptions for it as they are now. A
 * namespace of which nothing is known is left out.
 */
export async function circumstancesBy(facts: Facts, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of facts.agentNamespaces()) {
    const labels = await facts.namespaceLabels(name, signal);
    if (!labels.known || !Object.hasOwn(labels.value, AGENTS_LABEL)) continue;
    found.set(name, `${labels.value[AGENTS_LABEL]} ${profileName(labels.value)} ${objectsAround(facts, name, profileName(labels.value))}`);
  }
  return found;
}

/** Text that changes with them. What is not known is one state, since the sentences that say why may count the seconds. */
function objectsAround(facts: Facts, namespace: string, profile: string): string {
  const exemptions = facts.exemptions();
  const objects = [
    facts.profile(profile),
    facts.objects.networkPolicies(namespace),
    exemptions.known ? known(exemptions.value.filter(({ spec: { subject } }) => subject.namespace === namespace)) : exemptions,
  ];
  return hash('sha256', JSON.stringify(objects.map((fact) => (fact.known ? [fact.value] : []))), 'base64');
}

/** Judges a pod by what the webhook itself goes by at this moment; unknown where even its namespace is. */
export async function assessBy(facts: Facts, pod: KubeObject, signal: AbortSignal): Promise<Fact<Assessment>> {
  const { namespace = '' } = pod.metadata;
  const labels = await facts.namespaceLabels(namespace, signal);
  if (!labels.known) return labels;
  const { context } = knownOf(facts, labels.value);
  const read = readPod(pod);
  // Owners are looked up only where an Exemption could be for one.
  const owned = context.exemptions?.some((one) => isForWorkload(one, namespace)) === true;
  const workloads = owned && read.ok ? await facts.workloads(namespace, read.pod, signal) : undefined;
  return known(assess(pod, { ...context, ...(workloads?.known === true && { workloads: workloads.value }) }));
}
